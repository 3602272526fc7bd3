/* A single thread's timer by its own CPU time fires after the work that was left, and not by the clock. */
#include "selfcheck.h"

static volatile sig_atomic_t fired;

static void handler(int signal)
{
    fired = signal;
}

int main(int argc, char **argv)
{
    struct sigevent e = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    struct itimerspec t = {.it_value = {1, 0}}, now;
    struct timespec before, after;
    timer_t timer;
    sc_init(argc, argv);
    SYS(signal(SIGUSR1, handler));
    SYS(timer_create(CLOCK_THREAD_CPUTIME_ID, &e, &timer));

    sc_snapshot();
    SYS(timer_settime(timer, 0, &t, NULL));
    sc_ready();
    sc_wait();
    CHECK(!fired, "fired without work");
    sc_compare();

    SYS(timer_gettime(timer, &now));
    SYS(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before));
    int64_t left = now.it_value.tv_sec * NSEC + now.it_value.tv_nsec;
    CHECK(left > 0 && left <= NSEC, "%lld ns left", (long long)left);
    while (!fired)
        ;
    SYS(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after));
    int64_t worked = (after.tv_sec - before.tv_sec) * NSEC + after.tv_nsec - before.tv_nsec;
    CHECK(worked >= left - NSEC / 1000, "fired after %lld of %lld ns of work", (long long)worked,
          (long long)left);
    return sc_finish();
}
