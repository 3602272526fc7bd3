/*
 * epoll: level, edge-triggered, one-shot (armed and fired), exclusive and nested items; 64 bits of data; items whose
 * descriptor number was closed or given to another file while a dup kept the description; one description twice.
 */
#include "selfcheck.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>

#define HIGH 0xfedcba9800000000ULL

struct item {
    int fd;
    uint32_t events;
    uint64_t data;
};

static int by_data(const void *a, const void *b)
{
    const struct item *x = a, *y = b;
    return x->data < y->data ? -1 : x->data > y->data;
}

/* What fdinfo shows of an epoll instance, by data. */
static int items(int ep, struct item *out, int max)
{
    char path[64], text[4096];
    int nr = 0;
    snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", ep);
    sc_slurp(path, text, sizeof(text));
    for (char *p = strstr(text, "tfd:"); p; p = strstr(p + 1, "tfd:")) {
        unsigned long long data;
        CHECK(nr < max && sscanf(p, "tfd: %d events: %x data: %llx", &out[nr].fd, &out[nr].events, &data) == 3,
              "cannot read %s", p);
        out[nr++].data = data;
    }
    qsort(out, (size_t)nr, sizeof(*out), by_data);
    return nr;
}

static void add(int ep, int fd, uint32_t events, uint64_t data)
{
    struct epoll_event ev = {.events = events, .data.u64 = data};
    SYS(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev));
}

/* The events reported for one data, 0 when there are none. */
static uint32_t seen(const struct epoll_event *ev, int n, uint64_t data)
{
    for (int i = 0; i < n; i++)
        if (ev[i].data.u64 == data)
            return ev[i].events;
    return 0;
}

int main(int argc, char **argv)
{
    struct item before[16], after[16];
    struct epoll_event ev[16];
    uint64_t one = 1;
    int p[2], q[2];
    sc_init(argc, argv);
    SYS(pipe2(p, O_NONBLOCK));
    SYS(pipe2(q, O_NONBLOCK));
    int inner = SYS(epoll_create1(EPOLL_CLOEXEC)), outer = SYS(epoll_create1(0)), top = SYS(epoll_create1(0)),
        idle = SYS(epoll_create1(0)), e1 = SYS(eventfd(0, EFD_NONBLOCK)), e2 = SYS(eventfd(4, EFD_NONBLOCK)),
        fired = SYS(eventfd(9, EFD_NONBLOCK)), edge = SYS(eventfd(1, EFD_NONBLOCK)),
        twin = SYS(fcntl(idle, F_DUPFD, 60));
    SYS(fcntl(outer, F_SETFL, O_NONBLOCK));
    /* One-shot items that have fired come first, so that nothing else is reported. */
    add(outer, fired, EPOLLIN | EPOLLONESHOT, HIGH + 1);
    add(outer, q[1], EPOLLOUT | EPOLLONESHOT | EPOLLET, HIGH + 2);
    CHECK(epoll_wait(outer, ev, 16, 0) == 2 && epoll_wait(outer, ev, 16, 0) == 0, "firing");
    /* The same pipe: its own number, a number that is closed, a number that is another file's now. */
    int closed = SYS(fcntl(p[0], F_DUPFD, 30)), reused = SYS(fcntl(p[0], F_DUPFD, 200));
    add(outer, p[0], EPOLLIN, HIGH + 3);
    add(outer, closed, EPOLLIN | EPOLLPRI, HIGH + 4);
    add(outer, reused, EPOLLIN | EPOLLRDHUP, HIGH + 5);
    SYS(close(closed));
    SYS(dup2(e2, reused));
    add(outer, reused, EPOLLIN | EPOLLET, HIGH + 6);
    add(outer, e1, EPOLLIN | EPOLLOUT | EPOLLET, HIGH + 7);
    add(outer, inner, EPOLLIN, HIGH + 8);
    add(inner, edge, EPOLLIN | EPOLLEXCLUSIVE, 9);
    add(inner, q[0], EPOLLIN | EPOLLONESHOT, 10);
    add(top, outer, EPOLLIN | EPOLLET, 11);
    /* The highest of all numbers, closed again. */
    int far = SYS(fcntl(p[0], F_DUPFD, 900));
    add(top, far, EPOLLIN, 12);
    SYS(close(far));
    int nr = items(outer, before, 16);
    CHECK(nr == 8, "%d items", nr);
    sc_hold();
    CHECK(items(outer, after, 16) == nr && !memcmp(before, after, (size_t)nr * sizeof(*before)), "the items differ");
    CHECK((after[0].events & ~(EPOLLWAKEUP)) == EPOLLONESHOT, "the fired item has events %x", after[0].events);
    CHECK(items(inner, after, 16) == 2 && items(top, after, 16) == 2 && items(idle, after, 16) == 0, "other items");
    CHECK(after[0].fd == 0 || after[0].data == 11, "top");
    /* Level items that are ready, and the edges; nothing of the fired ones, nothing of the empty pipe. */
    int n = SYS(epoll_wait(outer, ev, 16, 0));
    CHECK(!seen(ev, n, HIGH + 1) && !seen(ev, n, HIGH + 2), "a fired one-shot item fires again");
    CHECK(!seen(ev, n, HIGH + 3) && !seen(ev, n, HIGH + 4) && !seen(ev, n, HIGH + 5), "the empty pipe is ready");
    CHECK(seen(ev, n, HIGH + 6) == EPOLLIN && seen(ev, n, HIGH + 7) == EPOLLOUT, "the pending edges");
    CHECK(seen(ev, n, HIGH + 8) == EPOLLIN && n == 3, "the nested one, %d events", n);
    n = SYS(epoll_wait(outer, ev, 16, 0));
    CHECK(n == 1 && ev[0].data.u64 == HIGH + 8, "%d events, edges again?", n);
    /* A new edge, and the pipe under all of its numbers. */
    SYS(write(e1, &one, sizeof(one)));
    SYS(write(p[1], "x", 1));
    n = SYS(epoll_wait(outer, ev, 16, 0));
    CHECK(n == 5 && seen(ev, n, HIGH + 7) == (EPOLLIN | EPOLLOUT), "the new edge, %d events", n);
    CHECK(seen(ev, n, HIGH + 3) && seen(ev, n, HIGH + 4) && seen(ev, n, HIGH + 5), "the pipe");
    n = SYS(epoll_wait(top, ev, 16, 0));
    CHECK(n == 2 && seen(ev, n, 11) && seen(ev, n, 12), "top, %d events", n);
    /* The kernel knows items by number and description: both of p[0] and of the reused number are there. */
    SYS(epoll_ctl(outer, EPOLL_CTL_DEL, reused, NULL));
    CHECK(epoll_ctl(outer, EPOLL_CTL_DEL, reused, NULL) == -1 && errno == ENOENT, "twice under the reused number");
    SYS(dup2(p[0], reused));
    SYS(epoll_ctl(outer, EPOLL_CTL_DEL, reused, NULL));
    /* Armed again, the fired ones fire once more. */
    ev[0] = (struct epoll_event){.events = EPOLLIN | EPOLLONESHOT, .data.u64 = 21};
    SYS(epoll_ctl(outer, EPOLL_CTL_MOD, fired, &ev[0]));
    n = SYS(epoll_wait(outer, ev, 16, 0));
    CHECK(seen(ev, n, 21) == EPOLLIN, "armed again");
    n = SYS(epoll_wait(outer, ev, 16, 0));
    CHECK(!seen(ev, n, 21), "one-shot twice");
    /* Exclusive and one-shot in the nested one. */
    SYS(write(q[1], "y", 1));
    n = SYS(epoll_wait(inner, ev, 16, 0));
    CHECK(n == 2 && seen(ev, n, 9) == EPOLLIN && seen(ev, n, 10) == EPOLLIN, "inner, %d events", n);
    n = SYS(epoll_wait(inner, ev, 16, 0));
    CHECK(n == 1 && seen(ev, n, 9) == EPOLLIN, "inner again, %d events", n);
    add(twin, e2, EPOLLIN, 30);
    CHECK(epoll_wait(idle, ev, 16, 0) == 1 && ev[0].data.u64 == 30, "the dup of an epoll instance");
    return sc_finish();
}
