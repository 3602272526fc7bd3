/* Random timers of setitimer(2) and timer_create(2). */
#ifndef RANDOM_TIMERS_H
#define RANDOM_TIMERS_H
#include "random.h"
#include <sys/time.h>

#define MAX_POSIX 5

static struct itimerval timers[3];
static int64_t armed_at;
static struct {
    timer_t id;
    int clock;
    struct itimerspec set;
} posix[MAX_POSIX];
static int nr_posix;

static void on_timer(int sig)
{
    sc_fail("timer signal %d long before its time", sig);
}

/* Of timer_create: with a signal that nobody gets before its time, or with none. */
static void make_posix_timer(void)
{
    static const int clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME};
    int i = nr_posix++;
    struct sigevent event = {.sigev_notify = chance(50) ? SIGEV_NONE : SIGEV_SIGNAL, .sigev_signo = SIGALRM};
    event.sigev_value.sival_int = (int)below(1U << 30);
    posix[i].clock = ONE_OF(clocks);
    SYS(timer_create(posix[i].clock, &event, &posix[i].id));
    if (chance(20)) { /* a gap in the ids */
        SYS(timer_delete(posix[i].id));
        nr_posix--;
        return;
    }
    if (chance(20))
        return;
    posix[i].set.it_value = (struct timespec){(time_t)between(10000, 100000), (long)below(1000000000)};
    if (chance(50))
        posix[i].set.it_interval = (struct timespec){(time_t)below(1000), 1 + (long)below(999999999)};
    SYS(timer_settime(posix[i].id, 0, &posix[i].set, NULL));
}

static int64_t nanos(struct timespec t)
{
    return t.tv_sec * NSEC + t.tv_nsec;
}

static void check_posix_timer(int i)
{
    struct itimerspec now;
    int64_t passed = sc_now() - armed_at;
    SYS(timer_gettime(posix[i].id, &now));
    int64_t was = nanos(posix[i].set.it_value), left = nanos(now.it_value);
    CHECK(nanos(now.it_interval) == nanos(posix[i].set.it_interval), "interval of posix timer %d", i);
    CHECK(was == 0 ? left == 0 : left <= was && left >= was - passed, "posix timer %d was set to %lld ns, has %lld left",
          i, (long long)was, (long long)left);
}

/* They run for hours, so none ends while we look. */
static void timers_make(void)
{
    static const int signals[] = {SIGALRM, SIGVTALRM, SIGPROF};
    armed_at = sc_now();
    for (int which = 0; which < 3; which++) {
        SYS(signal(signals[which], on_timer) == SIG_ERR ? -1 : 0);
        if (chance(50))
            continue;
        timers[which].it_value.tv_sec = (time_t)between(10000, 100000);
        timers[which].it_value.tv_usec = (suseconds_t)below(1000000);
        if (chance(50))
            timers[which].it_interval = (struct timeval){(time_t)below(1000), 1 + (suseconds_t)below(999999)};
        SYS(setitimer(which, &timers[which], NULL));
    }
    for (uint64_t n = below(MAX_POSIX + 1); n > 0; n--)
        make_posix_timer();
}

static int64_t micros(struct timeval t)
{
    return t.tv_sec * 1000000LL + t.tv_usec;
}

static void timers_check(void)
{
    int64_t passed = (sc_now() - armed_at) / 1000;
    for (int which = 0; which < 3; which++) {
        struct itimerval now;
        SYS(getitimer(which, &now));
        int64_t was = micros(timers[which].it_value), left = micros(now.it_value);
        CHECK(micros(now.it_interval) == micros(timers[which].it_interval), "interval of timer %d", which);
        /* NB: the kernel adds a tick to a CPU timer whenever it is set, so at each restore too */
        CHECK(was == 0 ? left == 0 : left <= was + 50000 && left >= was - passed - 50000,
              "timer %d was set to %lld us, has %lld left after %lld", which, (long long)was, (long long)left,
              (long long)passed);
    }
    for (int i = 0; i < nr_posix; i++)
        check_posix_timer(i);
}
#endif
