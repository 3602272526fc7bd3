/*
 * timerfds: time left of relative timers, absolute timers, intervals, ticks that were not read, disarmed ones, clocks; a
 * thread that waits to read. Clocks are only compared with what must hold however long everything takes.
 */
#include "selfcheck.h"
#include <sys/timerfd.h>

#define HOUR (3600 * NSEC)
#define BEAT (500 * MSEC)

static int waiting;
static pid_t reader_tid;

static int64_t now(clockid_t clock)
{
    struct timespec t;
    SYS(clock_gettime(clock, &t));
    return t.tv_sec * NSEC + t.tv_nsec;
}

static int timer(clockid_t clock, int flags, int settime, int64_t value, int64_t interval)
{
    int fd = SYS(timerfd_create(clock, flags));
    struct itimerspec t = {{interval / NSEC, interval % NSEC}, {value / NSEC, value % NSEC}};
    SYS(timerfd_settime(fd, settime, &t, NULL));
    return fd;
}

static int64_t left(int fd, int64_t *interval)
{
    struct itimerspec t;
    SYS(timerfd_gettime(fd, &t));
    *interval = t.it_interval.tv_sec * NSEC + t.it_interval.tv_nsec;
    return t.it_value.tv_sec * NSEC + t.it_value.tv_nsec;
}

static uint64_t ticks(int fd)
{
    uint64_t v = 0;
    ssize_t n = read(fd, &v, sizeof(v));
    CHECK(n == sizeof(v) || (n == -1 && errno == EAGAIN), "read: %s", strerror(errno));
    return v;
}

/* An absolute timer: never early, and not late by more than the looks at it took. */
static void check_absolute(int fd, clockid_t clock, int64_t at, const char *what)
{
    int64_t interval, was = now(clock), l = left(fd, &interval), is = now(clock);
    CHECK(l > 0 && interval == 0, "%s is not armed", what);
    CHECK(is + l >= at, "%s would be early by %lld ns", what, (long long)(at - is - l));
    CHECK(was + l <= at + 60 * NSEC, "%s would be late by %lld ns", what, (long long)(was + l - at));
}

/* A relative timer: it runs down with the time that passes, or stands still while the task is away. */
static void check_relative(int fd, int64_t before, int64_t since, const char *what)
{
    int64_t interval, l = left(fd, &interval);
    CHECK(l <= before && l >= before - (now(CLOCK_BOOTTIME) - since), "%s has %lld ns, had %lld", what, (long long)l,
          (long long)before);
}

static void *reader(void *arg)
{
    uint64_t v = 0;
    reader_tid = sc_tid();
    CHECK(read(waiting, &v, sizeof(v)) == sizeof(v) && v == 1, "the reader got %llu: %s", (unsigned long long)v,
          strerror(errno));
    CHECK(atomic_load(&sc_released), "the reader returned early");
    return arg;
}

int main(int argc, char **argv)
{
    int64_t interval, since;
    sc_init(argc, argv);
    int relative = timer(CLOCK_MONOTONIC, TFD_CLOEXEC, 0, HOUR + 5, 7 * HOUR);
    int wall = timer(CLOCK_REALTIME, TFD_NONBLOCK, 0, 2 * HOUR, 0);
    int boot = timer(CLOCK_BOOTTIME, TFD_NONBLOCK, 0, 3 * HOUR, 0);
    int64_t at = now(CLOCK_MONOTONIC) + HOUR, wall_at = now(CLOCK_REALTIME) + HOUR;
    int absolute = timer(CLOCK_MONOTONIC, TFD_NONBLOCK, TFD_TIMER_ABSTIME, at, 0);
    int cancel = timer(CLOCK_REALTIME, TFD_NONBLOCK, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, wall_at, 0);
    int once = timer(CLOCK_MONOTONIC, TFD_NONBLOCK, 0, 1, 0);
    int many = timer(CLOCK_MONOTONIC, TFD_NONBLOCK, 0, 1, HOUR);
    int off = timer(CLOCK_MONOTONIC, TFD_NONBLOCK, 0, 0, 5 * NSEC);
    int fresh = SYS(timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK));
    int fast = timer(CLOCK_MONOTONIC, TFD_NONBLOCK, 0, MSEC, MSEC);
    int64_t first = now(CLOCK_MONOTONIC) + BEAT;
    int beat = timer(CLOCK_MONOTONIC, TFD_NONBLOCK, TFD_TIMER_ABSTIME, first, BEAT);
    int twin = SYS(dup(many));
    waiting = timer(CLOCK_MONOTONIC, 0, 0, HOUR, 0);
    pthread_t t = sc_thread(reader, NULL);
    while (!*(volatile pid_t *)&reader_tid)
        sc_sleep_ns(MSEC);
    sc_await_syscall(reader_tid, SYS_read);
    since = now(CLOCK_BOOTTIME);
    int64_t had = left(relative, &interval), wall_had = left(wall, &interval), boot_had = left(boot, &interval);
    sc_snapshot();
    sc_ready();
    sc_wait();
    sc_compare();
    sc_await_syscall(reader_tid, SYS_read);
    check_relative(relative, had, since, "the relative timer");
    check_relative(boot, boot_had, since, "the one on CLOCK_BOOTTIME");
    check_relative(wall, wall_had, since, "the one on CLOCK_REALTIME");
    left(relative, &interval);
    CHECK(interval == 7 * HOUR, "its interval is %lld", (long long)interval);
    check_absolute(absolute, CLOCK_MONOTONIC, at, "the absolute timer");
    check_absolute(cancel, CLOCK_REALTIME, wall_at, "the one that is canceled by a new time");
    CHECK(ticks(once) == 1 && ticks(once) == 0, "the one that has expired");
    CHECK(ticks(twin) == 1 && ticks(many) == 0, "the tick that was not read");
    int64_t l = left(many, &interval);
    CHECK(l > 0 && l <= HOUR && interval == HOUR, "the next tick in %lld", (long long)l);
    l = left(off, &interval);
    CHECK(l == 0 && interval == 5 * NSEC && ticks(off) == 0, "the disarmed one");
    CHECK(left(fresh, &interval) == 0 && interval == 0 && ticks(fresh) == 0, "the one that was never set");
    CHECK(ticks(fast) > 0, "the fast one stands");
    /* Nobody has read it: every beat since the first counts, also those while the task was away. */
    int64_t was = now(CLOCK_MONOTONIC);
    int64_t beats = (int64_t)ticks(beat), is = now(CLOCK_MONOTONIC);
    int64_t least = was < first ? 0 : (was - first) / BEAT + 1, most = is < first ? 0 : (is - first) / BEAT + 1;
    CHECK(beats >= least - 1 && beats <= most + 1, "%lld beats, %lld to %lld", (long long)beats, (long long)least,
          (long long)most);
    struct itimerspec soon = {.it_value = {0, 1}};
    sc_release();
    SYS(timerfd_settime(waiting, 0, &soon, NULL));
    PT(pthread_join(t, NULL));
    return sc_finish();
}
