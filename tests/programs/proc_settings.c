/* What a task sets through files of /proc: which memory a core dump has, and to whom the audit log ascribes what it does. */
#include "selfcheck.h"

static void put(const char *path, const char *text)
{
    int fd = OFFER(open(path, O_WRONLY));
    OFFER(write(fd, text, strlen(text)));
    SYS(close(fd));
}

static void check(const char *path, const char *want)
{
    char got[64];
    size_t n = sc_slurp(path, got, sizeof(got) - 1);
    got[n] = 0;
    got[strcspn(got, "\n")] = 0;
    CHECK(!strcmp(got, want), "%s is %s, not %s", path, got, want);
}

static _Atomic(pid_t) other;

static void *in_thread(void *arg)
{
    other = sc_tid();
    sc_await_release();
    check("/proc/thread-self/loginuid", "4711");
    return arg;
}

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    put("/proc/self/coredump_filter", "0x5a");
    bool audited = access("/proc/self/loginuid", F_OK) == 0;
    if (audited)
        put("/proc/self/loginuid", "4711");
    pthread_t thread = audited ? sc_thread(in_thread, NULL) : pthread_self();
    while (audited && other == 0)
        sc_sleep_ns(MSEC);
    if (audited)
        sc_await_syscall(other, SYS_clock_nanosleep);
    sc_hold();
    check("/proc/self/coredump_filter", "0000005a");
    if (audited) {
        check("/proc/self/loginuid", "4711");
        PT(pthread_join(thread, NULL));
    }
    return sc_finish();
}
