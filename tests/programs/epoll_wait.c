/* Threads inside epoll_wait and epoll_pwait: they go on waiting, are woken once by an edge, and get no EINTR. */
#include "selfcheck.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>

#define WAITERS 4

static int ep[WAITERS], wake;
static pid_t tids[WAITERS];
static atomic_int up, woken;

static void *waiter(void *arg)
{
    int which = (int)(intptr_t)arg;
    struct epoll_event ev = {0};
    sigset_t mask;
    sigemptyset(&mask);
    tids[which] = sc_tid();
    atomic_fetch_add(&up, 1);
    int n = which % 2 ? epoll_pwait(ep[which], &ev, 1, -1, &mask) : epoll_wait(ep[which], &ev, 1, -1);
    CHECK(n == 1 && ev.events == EPOLLIN && ev.data.u64 == 100U + (unsigned)which, "waiter %d: %d, events %x: %s",
          which, n, ev.events, strerror(errno));
    CHECK(atomic_load(&sc_released), "waiter %d returned early", which);
    atomic_fetch_add(&woken, 1);
    n = epoll_wait(ep[which], &ev, 1, 0);
    CHECK(n == (which < 2), "waiter %d: %d events after the first", which, n);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t t[WAITERS];
    uint64_t one = 1;
    sc_init(argc, argv);
    wake = SYS(eventfd(0, EFD_NONBLOCK));
    for (intptr_t i = 0; i < WAITERS; i++) {
        struct epoll_event ev = {.events = EPOLLIN | (i < 2 ? 0 : (int)EPOLLET), .data.u64 = 100 + (uint64_t)i};
        ep[i] = SYS(epoll_create1(0));
        SYS(epoll_ctl(ep[i], EPOLL_CTL_ADD, wake, &ev));
        t[i] = sc_thread(waiter, (void *)i);
    }
    while (atomic_load(&up) < WAITERS)
        sc_sleep_ns(MSEC);
    for (int i = 0; i < WAITERS; i++)
        sc_await_syscall(tids[i], i % 2 ? SYS_epoll_pwait : SYS_epoll_wait);
    sc_snapshot();
    sc_ready();
    sc_wait();
    /* Only inside the call does a thread have the call's own mask: that is what was seen before. */
    for (int i = 0; i < WAITERS; i++)
        sc_await_syscall(tids[i], i % 2 ? SYS_epoll_pwait : SYS_epoll_wait);
    sc_compare();
    sc_release();
    SYS(write(wake, &one, sizeof(one)));
    for (int i = 0; i < WAITERS; i++)
        PT(pthread_join(t[i], NULL));
    CHECK(atomic_load(&woken) == WAITERS, "woken");
    return sc_finish();
}
