/* Pending signals: of the process, of two threads, and five queued ones with values, in order. */
#include "selfcheck.h"

static atomic_int up;
static pid_t other;

static void block_all(void)
{
    sigset_t all;
    sigfillset(&all);
    PT(pthread_sigmask(SIG_BLOCK, &all, NULL));
}

static siginfo_t take(int sig, int code)
{
    sigset_t s;
    siginfo_t si;
    struct timespec now = {0, 0};
    sigemptyset(&s);
    sigaddset(&s, sig);
    /* raw: glibc turns SI_TKILL into SI_USER */
    int r = (int)syscall(SYS_rt_sigtimedwait, &s, &si, &now, 8UL);
    CHECK(r == sig, "signal %d is not pending: %s", sig, strerror(errno));
    CHECK(si.si_code == code, "signal %d: si_code %d, not %d", sig, si.si_code, code);
    CHECK(si.si_pid == getpid() && si.si_uid == getuid(), "signal %d from pid %d uid %d", sig,
          si.si_pid, si.si_uid);
    return si;
}

static void nothing_left(void)
{
    sigset_t s;
    sigpending(&s);
    for (int i = 1; i <= SIGRTMAX; i++)
        CHECK(i == 32 || i == 33 || !sigismember(&s, i), "signal %d is pending too", i);
}

static void *thread(void *arg)
{
    (void)arg;
    other = sc_tid();
    SYS(syscall(SYS_tgkill, getpid(), other, SIGTERM));
    siginfo_t si = {.si_signo = SIGRTMIN + 3, .si_code = SI_QUEUE};
    si.si_pid = getpid();
    si.si_uid = getuid();
    si.si_value.sival_int = -5;
    SYS(syscall(SYS_rt_tgsigqueueinfo, getpid(), other, SIGRTMIN + 3, &si));
    atomic_store(&up, 1);
    sc_await_release();
    take(SIGTERM, SI_TKILL);
    CHECK(take(SIGRTMIN + 3, SI_QUEUE).si_value.sival_int == -5, "value of the thread's signal");
    return NULL;
}

int main(int argc, char **argv)
{
    char pend[2][2][64];
    sc_init(argc, argv);
    block_all();
    pthread_t t = sc_thread(thread, NULL);
    while (!atomic_load(&up))
        sc_sleep_ns(MSEC);
    SYS(kill(getpid(), SIGUSR1));
    SYS(syscall(SYS_tgkill, getpid(), sc_tid(), SIGUSR2));
    for (int i = 0; i < 5; i++)
        SYS(sigqueue(getpid(), SIGRTMIN + 2, (union sigval){.sival_int = 100 + i * i}));
    SYS(sigqueue(getpid(), SIGRTMIN + 1, (union sigval){.sival_ptr = pend}));
    sc_status_field("SigPnd", pend[0][0], 64);
    sc_status_field("ShdPnd", pend[0][1], 64);

    sc_snapshot();
    sc_ready();
    sc_wait();
    sc_compare();

    sc_status_field("SigPnd", pend[1][0], 64);
    sc_status_field("ShdPnd", pend[1][1], 64);
    CHECK(!strcmp(pend[0][0], pend[1][0]), "SigPnd was %s is %s", pend[0][0], pend[1][0]);
    CHECK(!strcmp(pend[0][1], pend[1][1]), "ShdPnd was %s is %s", pend[0][1], pend[1][1]);
    take(SIGUSR1, SI_USER);
    take(SIGUSR2, SI_TKILL);
    for (int i = 0; i < 5; i++) {
        int v = take(SIGRTMIN + 2, SI_QUEUE).si_value.sival_int;
        CHECK(v == 100 + i * i, "queued signal %d has value %d", i, v);
    }
    CHECK(take(SIGRTMIN + 1, SI_QUEUE).si_value.sival_ptr == pend, "pointer value");
    nothing_left();
    sc_release();
    PT(pthread_join(t, NULL));
    nothing_left();
    return sc_finish();
}
