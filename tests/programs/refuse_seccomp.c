/* What seccomp does that ckpt must refuse; the task goes on unharmed. */
#include "filters.h"
#include <signal.h>
#include <sys/wait.h>

static atomic_int up;

static void one(unsigned call, unsigned answer)
{
    struct rule rule = {call, answer};
    OFFER(filter(&rule, 1, SECCOMP_RET_ALLOW, 0));
}
static void *in_thread(void *body)
{
    ((void (*)(void))body)();
    atomic_store(&up, 1);
    sc_await_release();
    return NULL;
}
static void threaded(void (*body)(void))
{
    sc_thread(in_thread, (void *)body);
    while (!atomic_load(&up))
        sc_sleep_ns(MSEC);
}

/* a question */
static void m_filter_kills(void) { one(SYS_modify_ldt, SECCOMP_RET_KILL_PROCESS); }
static void trap(void) { one(SYS_keyctl, SECCOMP_RET_TRAP); }
static void m_filter_traps(void) { threaded(trap); }
/* a question of the last batch, by its argument */
static void m_filter_kills_option(void) { one(PRCTL_OPTION(PR_GET_TSC), SECCOMP_RET_KILL_THREAD); }
/* the way home */
static void m_filter_keeps_area(void) { one(SYS_munmap, SECCOMP_RET_ERRNO | EPERM); }
static void keep_mask(void) { one(SYS_rt_sigprocmask, SECCOMP_RET_ERRNO | EPERM); }
static void m_filter_keeps_mask(void) { threaded(keep_mask); }

static void m_filter_asks(void)
{
    struct rule rule = {SYS_uname, SECCOMP_RET_USER_NOTIF};
    int listener = OFFER(filter(&rule, 1, SECCOMP_RET_ALLOW, SECCOMP_FILTER_FLAG_NEW_LISTENER)), status;
    pid_t target = getpid();
    if (!SYS(fork())) {
        if (SYS(fork()))
            _exit(0);
        while (!kill(target, 0) && !sc_over())
            sc_slept_ns(5 * MSEC);
        _exit(0);
    }
    SYS(wait(&status));
    SYS(close(listener));
}

static int never[2];
static atomic_int strict_tid;
static void *strict(void *arg)
{
    char c;
    (void)arg;
    atomic_store(&strict_tid, sc_tid());
    SYS(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT));
    for (;;)
        syscall(SYS_read, never[0], &c, 1);
}
static void m_strict(void)
{
    char path[64], text[4096];
    SYS(pipe(never));
    sc_thread(strict, NULL);
    do {
        sc_sleep_ns(MSEC);
        int tid = atomic_load(&strict_tid);
        snprintf(path, sizeof(path), "/proc/self/task/%d/status", tid ? tid : getpid());
        sc_slurp(path, text, sizeof(text));
    } while (!strstr(text, "Seccomp:\t1"));
}

#define M(name) {#name, m_##name}
static const struct {
    const char *name;
    void (*set_up)(void);
} modes[] = {
    M(filter_kills), M(filter_traps), M(filter_kills_option), M(filter_keeps_area), M(filter_keeps_mask),
    M(filter_asks), M(strict),
};

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    for (size_t i = 0; i < ARRAY_LEN(modes); i++)
        if (argc > 2 && !strcmp(argv[2], modes[i].name)) {
            modes[i].set_up();
            sc_hold();
            return sc_finish();
        }
    return 2;
}
