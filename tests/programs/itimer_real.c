/* ITIMER_REAL with an interval of 20 ms, running: it goes on firing after go. */
#include "selfcheck.h"
#include <sys/time.h>

static volatile sig_atomic_t ticks;

static void tick(int sig)
{
    (void)sig;
    ticks++;
}

int main(int argc, char **argv)
{
    struct itimerval now, it = {.it_interval = {0, 20000}, .it_value = {0, 20000}};
    sc_init(argc, argv);
    struct sigaction sa = {.sa_handler = tick, .sa_flags = SA_RESTART};
    SYS(sigaction(SIGALRM, &sa, NULL));
    sc_snapshot();
    SYS(setitimer(ITIMER_REAL, &it, NULL));
    sc_ready();
    while (!sc_go()) /* no sleep here: a tick would rightly end it */
        ;
    sc_compare();
    for (int round = 0; round < 3; round++) {
        int before = ticks;
        int64_t end = sc_now() + 10 * NSEC;
        while (ticks == before && sc_now() < end)
            ;
        CHECK(ticks != before, "the timer does not fire");
    }
    SYS(getitimer(ITIMER_REAL, &now));
    CHECK(now.it_interval.tv_sec == 0 && now.it_interval.tv_usec == 20000, "interval is %ld us",
          (long)now.it_interval.tv_usec);
    CHECK(now.it_value.tv_sec == 0 && now.it_value.tv_usec <= 24000, "value is %ld us",
          (long)now.it_value.tv_usec);
    return sc_finish();
}
