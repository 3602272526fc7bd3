/*
 * poll, ppoll, select, pselect: with a time-out they return 0 not before it; without, only when data comes. No EINTR.
 * Two threads wait with a signal mask of the call's own, which is gone afterwards.
 */
#include "selfcheck.h"
#include <poll.h>
#include <sys/select.h>

#define TIMEOUT_MS 700

static int data[2], silent[2];
static atomic_int up;
static pid_t tids[7];

static int wait_for(int how, int fd, int ms, const sigset_t *mask)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    struct timespec ts = {0, ms * MSEC}, *tsp = ms < 0 ? NULL : &ts;
    struct timeval tv = {0, ms * 1000}, *tvp = ms < 0 ? NULL : &tv;
    fd_set set;
    FD_ZERO(&set);
    FD_SET(fd, &set);
    int r = how == 0   ? poll(&p, 1, ms)
            : how == 1 ? ppoll(&p, 1, tsp, mask)
            : how == 2 ? select(fd + 1, &set, NULL, NULL, tvp)
                       : pselect(fd + 1, &set, NULL, NULL, tsp, mask);
    CHECK(r >= 0, "way %d: %s%s", how, errno == EINTR ? "spurious " : "", strerror(errno));
    if (how < 2)
        CHECK(r == 0 || p.revents == POLLIN, "revents %x", (unsigned)p.revents);
    else
        CHECK(r == FD_ISSET(fd, &set), "fd_set");
    return r;
}

static void *with_timeout(void *arg)
{
    int how = (int)(intptr_t)arg;
    tids[how] = sc_tid();
    atomic_fetch_add(&up, 1);
    do {
        int64_t start = sc_now();
        int r = wait_for(how, silent[0], TIMEOUT_MS, NULL);
        int64_t took = sc_now() - start;
        CHECK(r == 0, "way %d returned %d", how, r);
        CHECK(took >= TIMEOUT_MS * MSEC - MSEC, "way %d took only %lld ns", how, (long long)took);
    } while (!atomic_load(&sc_released));
    return NULL;
}

static void *without(void *arg)
{
    int how = (int)(intptr_t)arg;
    sigset_t mask, before, after;
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR2);
    PT(pthread_sigmask(SIG_BLOCK, NULL, &before));
    tids[3 + how] = sc_tid();
    atomic_fetch_add(&up, 1);
    CHECK(wait_for(how, data[0], -1, &mask) == 1, "way %d without data", how);
    CHECK(atomic_load(&sc_released), "way %d returned early", how);
    PT(pthread_sigmask(SIG_BLOCK, NULL, &after));
    CHECK(sigismember(&after, SIGUSR1) == 1 && sigismember(&after, SIGUSR2) == 0 &&
              sigismember(&before, SIGUSR1) == 1, "the call's own mask stayed");
    return NULL;
}

int main(int argc, char **argv)
{
    static const long calls[4] = {SYS_poll, SYS_ppoll, SYS_pselect6, SYS_pselect6};
    pthread_t t[7];
    sigset_t usr1;
    sc_init(argc, argv);
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    PT(pthread_sigmask(SIG_BLOCK, &usr1, NULL));
    SYS(pipe(data));
    SYS(pipe(silent));
    for (intptr_t i = 0; i < 3; i++)
        t[i] = sc_thread(with_timeout, (void *)i);
    for (intptr_t i = 0; i < 4; i++)
        t[3 + i] = sc_thread(without, (void *)i);
    while (atomic_load(&up) < 7)
        sc_sleep_ns(MSEC);
    for (int i = 0; i < 7; i++)
        sc_await_syscall(tids[i], calls[i < 3 ? i : i - 3]);
    sc_snapshot();
    sc_ready();
    sc_wait();
    /* Only inside the call does a thread have the call's own mask: that is what was seen before. */
    for (int i = 3; i < 7; i++)
        sc_await_syscall(tids[i], calls[i - 3]);
    sc_compare();
    sc_release();
    SYS(write(data[1], "d", 1));
    for (int i = 0; i < 7; i++)
        PT(pthread_join(t[i], NULL));
    return sc_finish();
}
