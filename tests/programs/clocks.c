/*
 * The clocks of a task: CLOCK_MONOTONIC and CLOCK_BOOTTIME go on from where they stood, also when the machine's own stand
 * elsewhere. With "ns" the task lives in a time namespace of its own, ten days ahead of the machine, which is how a
 * task looks that was restored in another boot.
 */
#include "selfcheck.h"
#include <sched.h>
#include <sys/timerfd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif
#define AHEAD_S 864000
#define DAY_NS (86400 * NSEC)
#define HOUR_NS (3600 * NSEC)

static int64_t at(clockid_t clock)
{
    struct timespec t;
    SYS(clock_gettime(clock, &t));
    return t.tv_sec * NSEC + t.tv_nsec;
}

static struct timespec spec(int64_t ns) { return (struct timespec){ns / NSEC, ns % NSEC}; }

/* The caller itself moves: unshare(2) alone moves only its children. */
static void enter_own_clocks(void)
{
    char text[100];
    OFFER(unshare(CLONE_NEWTIME));
    int n = snprintf(text, sizeof(text), "monotonic %d 0\nboottime %d 5\n", AHEAD_S, 2 * AHEAD_S);
    int fd = OFFER(open("/proc/self/timens_offsets", O_WRONLY));
    OFFER(write(fd, text, (size_t)n));
    close(fd);
    fd = OFFER(open("/proc/self/ns/time_for_children", O_RDONLY));
    OFFER(setns(fd, CLONE_NEWTIME));
    close(fd);
}

/* It went on, and not by days. */
static void check_clock(const char *name, int64_t before, int64_t now)
{
    CHECK(now >= before, "%s went back by %lld ns", name, (long long)(before - now));
    CHECK(now - before < DAY_NS, "%s jumped ahead by %lld ns", name, (long long)(now - before));
}

/* An absolute timer still expires when it should. */
static void check_timer(int fd, int64_t expires)
{
    struct itimerspec left;
    SYS(timerfd_gettime(fd, &left));
    int64_t ns = left.it_value.tv_sec * NSEC + left.it_value.tv_nsec;
    int64_t error = at(CLOCK_BOOTTIME) + ns - expires;
    CHECK(error > -HOUR_NS / 60 && error < HOUR_NS / 60, "the timer is off by %lld ns", (long long)error);
}

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    if (argc > 2)
        enter_own_clocks();
    int64_t expires = at(CLOCK_BOOTTIME) + HOUR_NS;
    int timer = SYS(timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC));
    struct itimerspec setting = {.it_value = spec(expires)};
    SYS(timerfd_settime(timer, TFD_TIMER_ABSTIME, &setting, NULL));
    int64_t monotonic = at(CLOCK_MONOTONIC), boottime = at(CLOCK_BOOTTIME), raw = at(CLOCK_MONOTONIC_RAW);
    sc_hold();
    check_clock("CLOCK_MONOTONIC", monotonic, at(CLOCK_MONOTONIC));
    check_clock("CLOCK_MONOTONIC_RAW", raw, at(CLOCK_MONOTONIC_RAW));
    check_clock("CLOCK_BOOTTIME", boottime, at(CLOCK_BOOTTIME));
    sc_check_time();
    check_timer(timer, expires);
    return sc_finish();
}
