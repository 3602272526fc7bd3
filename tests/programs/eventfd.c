/* eventfds: counts of 0, 1, 5 and the most; semaphores; flags; a dup; threads that wait to read and to write. */
#include "selfcheck.h"
#include <poll.h>
#include <sys/eventfd.h>

#define MOST (UINT64_MAX - 1)

static int empty, full;
static pid_t tids[2];
static atomic_int up;

static uint64_t take(int fd)
{
    uint64_t v = 0;
    ssize_t n = read(fd, &v, sizeof(v));
    return n == sizeof(v) ? v : n == -1 && errno == EAGAIN ? 0 : UINT64_MAX;
}

static short ready(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN | POLLOUT};
    SYS(poll(&p, 1, 0));
    return p.revents;
}

static void *reader(void *arg)
{
    tids[0] = sc_tid();
    atomic_fetch_add(&up, 1);
    uint64_t v = 0;
    CHECK(read(empty, &v, sizeof(v)) == sizeof(v) && v == 77, "the reader got %llu: %s",
          (unsigned long long)v, strerror(errno));
    CHECK(atomic_load(&sc_released), "the reader returned early");
    return arg;
}

static void *writer(void *arg)
{
    tids[1] = sc_tid();
    atomic_fetch_add(&up, 1);
    uint64_t v = 3;
    CHECK(write(full, &v, sizeof(v)) == sizeof(v), "the writer: %s", strerror(errno));
    CHECK(atomic_load(&sc_released), "the writer returned early");
    return arg;
}

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    empty = SYS(eventfd(0, 0));
    full = SYS(eventfd(0, EFD_CLOEXEC));
    int zero = SYS(eventfd(0, EFD_NONBLOCK)), one = SYS(eventfd(1, EFD_NONBLOCK | EFD_SEMAPHORE)),
        five = SYS(eventfd(5, EFD_NONBLOCK | EFD_SEMAPHORE | EFD_CLOEXEC)), big = SYS(eventfd(0, EFD_NONBLOCK)),
        twin = SYS(fcntl(big, F_DUPFD, 40));
    uint64_t most = MOST, wide = 0x123456789abcULL, v = 1;
    SYS(write(full, &most, sizeof(most)));
    SYS(write(big, &wide, sizeof(wide)));
    pthread_t r = sc_thread(reader, NULL), w = sc_thread(writer, NULL);
    while (atomic_load(&up) < 2)
        sc_sleep_ns(MSEC);
    sc_await_syscall(tids[0], SYS_read);
    sc_await_syscall(tids[1], SYS_write);
    sc_snapshot();
    sc_ready();
    sc_wait();
    sc_compare();
    sc_await_syscall(tids[0], SYS_read);
    sc_await_syscall(tids[1], SYS_write);
    CHECK(ready(zero) == POLLOUT && ready(one) == (POLLIN | POLLOUT) && ready(full) == POLLIN, "poll");
    CHECK(take(zero) == 0, "zero is not");
    CHECK(take(one) == 1 && take(one) == 0, "the semaphore of one");
    for (int i = 0; i < 5; i++)
        CHECK(take(five) == 1, "the semaphore of five at %d", i);
    CHECK(take(five) == 0, "the semaphore of five has more");
    CHECK(take(twin) == wide && take(big) == 0, "the wide count");
    SYS(write(five, &most, sizeof(most)));
    CHECK(write(five, &v, sizeof(v)) == -1 && errno == EAGAIN, "more than the most");
    sc_release();
    v = 77;
    SYS(write(empty, &v, sizeof(v)));
    CHECK(take(full) == MOST, "the full one");
    PT(pthread_join(r, NULL));
    PT(pthread_join(w, NULL));
    CHECK(take(full) == 3, "what the writer wrote");
    return sc_finish();
}
