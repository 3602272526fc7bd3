/*
 * Random descriptors of events: eventfds, timerfds, signalfds, and epoll instances that watch them, pipes and sockets.
 * What is ready is asked before anything is read, and must be the same afterwards.
 */
#ifndef RANDOM_EVENTS_H
#define RANDOM_EVENTS_H
#include "files.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

#define MAX_EVENTFDS 4
#define MAX_TIMERFDS 4
#define MAX_EPOLLS 3
#define MAX_READY 64

static struct {
    int fd;
    bool semaphore;
    uint64_t count;
} eventfds[MAX_EVENTFDS];
static struct {
    int fd, clock;
    int64_t set_at;
    struct itimerspec set;
} timerfds[MAX_TIMERFDS];
static struct ready {
    int fd, nr;
    struct epoll_event event[MAX_READY];
} epolls[MAX_EPOLLS];
static int nr_eventfds, nr_timerfds, nr_epolls;

static int64_t clock_ns(int clock)
{
    struct timespec t;
    SYS(clock_gettime(clock, &t));
    return t.tv_sec * NSEC + t.tv_nsec;
}

static void make_eventfd(void)
{
    int i = nr_eventfds++;
    eventfds[i].semaphore = chance(40);
    eventfds[i].count = chance(30) ? 0 : below(1ULL << between(1, 40));
    int fd = eventfd(0, eventfds[i].semaphore ? EFD_SEMAPHORE : 0);
    SYS(fd);
    CHECK(write(fd, &eventfds[i].count, 8) == 8, "write to an eventfd");
    eventfds[i].fd = place(fd);
}

/* They run for hours, so none expires while we look. */
static void make_timerfd(void)
{
    static const int clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME};
    int i = nr_timerfds++;
    bool absolute = chance(40);
    timerfds[i].clock = ONE_OF(clocks);
    int fd = SYS(timerfd_create(timerfds[i].clock, chance(50) ? TFD_NONBLOCK : 0));
    timerfds[i].set_at = clock_ns(timerfds[i].clock);
    int64_t ns = (int64_t)between(10000, 1000000) * NSEC + (int64_t)below(NSEC);
    int64_t value = ns + (absolute ? timerfds[i].set_at : 0);
    if (chance(80)) {
        timerfds[i].set.it_value = (struct timespec){ns / NSEC, ns % NSEC};
        if (chance(40))
            timerfds[i].set.it_interval = (struct timespec){(time_t)below(1000), 1 + (long)below(999999999)};
        struct itimerspec set = timerfds[i].set;
        set.it_value = (struct timespec){value / NSEC, value % NSEC};
        SYS(timerfd_settime(fd, absolute ? TFD_TIMER_ABSTIME : 0, &set, NULL));
    }
    timerfds[i].fd = place(fd);
}

static void make_signalfd(void)
{
    sigset_t mask;
    sigemptyset(&mask);
    for (int sig = 1; sig < 64; sig++)
        if (chance(30))
            sigaddset(&mask, sig);
    place(SYS(signalfd(-1, &mask, chance(50) ? SFD_NONBLOCK : 0)));
}

/* Files on a disk cannot be watched. A signalfd is ready for one thread and not for the other. */
static bool is_watched(int fd)
{
    char path[64], link[64] = "";
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    return readlink(path, link, sizeof(link) - 1) > 0 && !strstr(link, "[signalfd]");
}

static void ask_ready(int fd, struct ready *into)
{
    into->nr = SYS(epoll_wait(fd, into->event, MAX_READY, 0));
    for (int i = 1; i < into->nr; i++) /* in the order of what they were added with */
        for (int k = i; k > 0 && into->event[k].data.u64 < into->event[k - 1].data.u64; k--) {
            struct epoll_event other = into->event[k];
            into->event[k] = into->event[k - 1];
            into->event[k - 1] = other;
        }
}

static void make_epoll(void)
{
    int fd = SYS(epoll_create1(0)), i = nr_epolls++;
    for (int k = 0; k < nr_fds; k++) {
        struct epoll_event event = {.events = (chance(70) ? EPOLLIN : 0) | (chance(50) ? EPOLLOUT : 0)};
        event.data.u64 = sc_rand(&random_state);
        if (chance(40) && is_watched(fds[k]) && epoll_ctl(fd, EPOLL_CTL_ADD, fds[k], &event) < 0)
            CHECK(errno == EPERM || errno == ELOOP, "epoll_ctl: %s", strerror(errno));
    }
    epolls[i].fd = place(fd);
}

static void events_make(void)
{
    for (uint64_t n = below(MAX_EVENTFDS + 1); n > 0; n--)
        make_eventfd();
    for (uint64_t n = below(MAX_TIMERFDS + 1); n > 0; n--)
        make_timerfd();
    for (uint64_t n = below(3); n > 0; n--)
        make_signalfd();
    for (uint64_t n = below(MAX_EPOLLS + 1); n > 0; n--)
        make_epoll();
}

/* When nothing more is written or read. */
static void events_note(void)
{
    for (int i = 0; i < nr_epolls; i++)
        ask_ready(epolls[i].fd, &epolls[i]);
}

static void check_eventfd(int i)
{
    uint64_t value = 0, want = eventfds[i].semaphore ? 1 : eventfds[i].count;
    SYS(fcntl(eventfds[i].fd, F_SETFL, O_NONBLOCK));
    ssize_t n = read(eventfds[i].fd, &value, 8);
    if (eventfds[i].count == 0)
        CHECK(n == -1 && errno == EAGAIN, "eventfd %d is not 0", eventfds[i].fd);
    else
        CHECK(n == 8 && value == want, "eventfd %d gives %llu, not %llu", eventfds[i].fd, (unsigned long long)value,
              (unsigned long long)want);
}

static void check_timerfd(int i)
{
    struct itimerspec now;
    const struct itimerspec *set = &timerfds[i].set;
    SYS(timerfd_gettime(timerfds[i].fd, &now));
    int64_t was = set->it_value.tv_sec * NSEC + set->it_value.tv_nsec;
    int64_t left = now.it_value.tv_sec * NSEC + now.it_value.tv_nsec;
    int64_t passed = clock_ns(timerfds[i].clock) - timerfds[i].set_at;
    CHECK(!memcmp(&now.it_interval, &set->it_interval, sizeof(now.it_interval)), "interval of timerfd %d", i);
    /* NB: an absolute time is known to the microseconds of the look at it */
    CHECK(was == 0 ? left == 0 : left <= was + 100 * MSEC && left >= was - passed - MSEC,
          "timerfd %d was set to %lld ns, has %lld left after %lld", i, (long long)was, (long long)left,
          (long long)passed);
}

/* Before the pipes and sockets are read. */
static void events_check(void)
{
    static struct ready now;
    for (int i = 0; i < nr_epolls; i++) {
        ask_ready(epolls[i].fd, &now);
        CHECK(now.nr == epolls[i].nr, "epoll %d: %d are ready, not %d", i, now.nr, epolls[i].nr);
        for (int k = 0; k < now.nr; k++)
            CHECK(now.event[k].data.u64 == epolls[i].event[k].data.u64 &&
                      now.event[k].events == epolls[i].event[k].events,
                  "epoll %d: event %d is 0x%x, not 0x%x", i, k, now.event[k].events, epolls[i].event[k].events);
    }
    for (int i = 0; i < nr_eventfds; i++)
        check_eventfd(i);
    for (int i = 0; i < nr_timerfds; i++)
        check_timerfd(i);
}
#endif
