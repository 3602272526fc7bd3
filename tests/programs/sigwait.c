/*
 * Threads blocked in sigwaitinfo, sigtimedwait (long and short time-out) and sigsuspend.
 * NB: the kernel itself ends rt_sigtimedwait with -EINTR on a ptrace stop (kernel/signal.c, do_sigtimedwait): whoever
 * stops the task has to enter the call again. A program must not see it.
 */
#include "selfcheck.h"

static pid_t tids[4];
static atomic_int up;
static volatile sig_atomic_t handled;

static void handler(int sig)
{
    (void)sig;
    handled++;
}

static void wait_info(void)
{
    sigset_t s;
    siginfo_t si;
    sigemptyset(&s);
    sigaddset(&s, SIGUSR1);
    int r = sigwaitinfo(&s, &si);
    CHECK(r == SIGUSR1, "sigwaitinfo: %d %s%s", r, errno == EINTR ? "spurious " : "", strerror(errno));
}

static void wait_timed(void)
{
    sigset_t s;
    siginfo_t si;
    struct timespec t = {10000, 0};
    sigemptyset(&s);
    sigaddset(&s, SIGRTMIN + 4);
    int r = sigtimedwait(&s, &si, &t);
    CHECK(r == SIGRTMIN + 4 && si.si_value.sival_int == 66, "sigtimedwait: %d %s%s", r,
          errno == EINTR ? "spurious " : "", strerror(errno));
}

static void wait_short(void)
{
    sigset_t s;
    struct timespec t = {0, 700 * MSEC};
    sigemptyset(&s);
    sigaddset(&s, SIGHUP);
    do {
        int64_t start = sc_now();
        int r = sigtimedwait(&s, NULL, &t), e = errno;
        CHECK(r == -1 && e == EAGAIN, "short sigtimedwait: %d %s%s", r, e == EINTR ? "spurious " : "",
              strerror(e));
        CHECK(sc_now() - start >= 700 * MSEC, "sigtimedwait came early");
    } while (!atomic_load(&sc_released));
}

static void suspend(void)
{
    sigset_t s;
    sigfillset(&s);
    sigdelset(&s, SIGUSR2);
    sigsuspend(&s);
    CHECK(handled == 1 && atomic_load(&sc_released), "sigsuspend came back early");
    PT(pthread_sigmask(SIG_BLOCK, NULL, &s));
    CHECK(sigismember(&s, SIGUSR2) == 1 && sigismember(&s, SIGTERM) == 0, "mask after sigsuspend");
}

static void *body(void *arg)
{
    static void (*const work[4])(void) = {wait_info, wait_timed, wait_short, suspend};
    int i = (int)(intptr_t)arg;
    tids[i] = sc_tid();
    atomic_fetch_add(&up, 1);
    work[i]();
    return NULL;
}

int main(int argc, char **argv)
{
    static const long calls[4] = {SYS_rt_sigtimedwait, SYS_rt_sigtimedwait, SYS_rt_sigtimedwait,
                                  SYS_rt_sigsuspend};
    pthread_t t[4];
    sigset_t s;
    sc_init(argc, argv);
    struct sigaction sa = {.sa_handler = handler};
    SYS(sigaction(SIGUSR2, &sa, NULL));
    sigemptyset(&s);
    sigaddset(&s, SIGUSR1);
    sigaddset(&s, SIGUSR2);
    sigaddset(&s, SIGHUP);
    sigaddset(&s, SIGRTMIN + 4);
    PT(pthread_sigmask(SIG_BLOCK, &s, NULL));
    for (intptr_t i = 0; i < 4; i++)
        t[i] = sc_thread(body, (void *)i);
    while (atomic_load(&up) < 4)
        sc_sleep_ns(MSEC);
    for (int i = 0; i < 4; i++)
        sc_await_syscall(tids[i], calls[i]);
    sc_snapshot();
    sc_ready();
    sc_wait();
    /* while it waits, the kernel takes the signals waited for out of the mask that /proc shows */
    for (int i = 0; i < 4; i++)
        if (i != 2)
            sc_await_syscall(tids[i], calls[i]);
    sc_compare();
    sc_release();
    SYS(kill(getpid(), SIGUSR1));
    SYS(sigqueue(getpid(), SIGRTMIN + 4, (union sigval){.sival_int = 66}));
    PT(pthread_kill(t[3], SIGUSR2));
    for (int i = 0; i < 4; i++)
        PT(pthread_join(t[i], NULL));
    return sc_finish();
}
