/* ITIMER_VIRTUAL and ITIMER_PROF, running: both go on firing after go, while the program computes. */
#include "selfcheck.h"
#include <sys/time.h>

static volatile sig_atomic_t ticks[2];

static void tick(int sig)
{
    ticks[sig == SIGPROF]++;
}

static void burn(void)
{
    for (volatile int i = 0; i < 20000; i++)
        ;
}

int main(int argc, char **argv)
{
    struct itimerval now, it[2] = {{{0, 20000}, {0, 20000}}, {{0, 30000}, {0, 30000}}};
    static const int which[2] = {ITIMER_VIRTUAL, ITIMER_PROF};
    sc_init(argc, argv);
    struct sigaction sa = {.sa_handler = tick, .sa_flags = SA_RESTART};
    SYS(sigaction(SIGVTALRM, &sa, NULL));
    SYS(sigaction(SIGPROF, &sa, NULL));
    sc_snapshot();
    SYS(setitimer(ITIMER_VIRTUAL, &it[0], NULL));
    SYS(setitimer(ITIMER_PROF, &it[1], NULL));
    sc_ready();
    while (!sc_go())
        burn();
    sc_compare();
    for (int k = 0; k < 2; k++) {
        int before = ticks[k];
        int64_t end = sc_now() + 20 * NSEC;
        while (ticks[k] < before + 3 && sc_now() < end)
            burn();
        CHECK(ticks[k] >= before + 3, "timer %d does not fire", which[k]);
        SYS(getitimer(which[k], &now));
        CHECK(now.it_interval.tv_usec == it[k].it_interval.tv_usec && !now.it_interval.tv_sec,
              "interval of timer %d is %ld us", which[k], (long)now.it_interval.tv_usec);
    }
    return sc_finish();
}
