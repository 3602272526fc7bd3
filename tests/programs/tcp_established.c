/*
 * TCP connections of which the task has both ends, IPv4 and IPv6. Or "peer": one to a process that lives on. Or "half",
 * "half6": some that were shut down for sending. Every byte arrives, in order and once: what waits to be read, what is
 * on its way, and what waits to be sent. Options and buffers are kept.
 */
#include "selfcheck.h"
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

enum { FULL = 64 << 20, TOTAL = 12 << 20, EARLY = 20000, PEER_SECONDS = 120 };

/* Byte n of a stream, of which each has its own. */
static unsigned char stream_byte(int seed, size_t n)
{
    return (unsigned char)((n * 2654435761u >> 13) + (size_t)seed);
}
static int listening(int domain)
{
    struct sockaddr_in6 a = {.sin6_family = (sa_family_t)domain};
    int fd = SYS(socket(domain, SOCK_STREAM, 0));
    if (domain == AF_INET)
        ((struct sockaddr_in *)&a)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    else
        a.sin6_addr = in6addr_loopback;
    if (bind(fd, (struct sockaddr *)&a, domain == AF_INET ? sizeof(struct sockaddr_in) : sizeof(a)) < 0) {
        SYS(close(fd));
        return -1;
    }
    SYS(listen(fd, 4));
    return fd;
}
struct end {
    int fd, seed;
    size_t sent, read;
};
struct pair {
    struct end client, server;
    struct sockaddr_in6 names[4];
};
/* Sends until no more is taken. */
static void fill(struct end *e, size_t most)
{
    unsigned char block[8192];
    while (e->sent < most) {
        size_t len = most - e->sent < sizeof(block) ? most - e->sent : sizeof(block);
        for (size_t i = 0; i < len; i++)
            block[i] = stream_byte(e->seed, e->sent + i);
        ssize_t n = send(e->fd, block, len, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0) {
            CHECK(errno == EAGAIN, "send: %s", strerror(errno));
            return;
        }
        e->sent += (size_t)n;
    }
}
/* Reads so much of what the other end sends. */
static void drain(struct end *e, const struct end *other, size_t until, const char *what)
{
    unsigned char block[8192];
    while (e->read < until) {
        struct pollfd p = {.fd = e->fd, .events = POLLIN};
        CHECK(poll(&p, 1, 20000) == 1, "%s: nothing more after %zu of %zu", what, e->read, until);
        size_t len = until - e->read < sizeof(block) ? until - e->read : sizeof(block);
        ssize_t n = SYS(recv(e->fd, block, len, 0));
        CHECK(n > 0, "%s: end after %zu of %zu", what, e->read, until);
        for (ssize_t i = 0; i < n; i++)
            CHECK(block[i] == stream_byte(other->seed, e->read + (size_t)i), "%s: byte %zu", what, e->read + (size_t)i);
        e->read += (size_t)n;
    }
}
static void names(const struct pair *p, struct sockaddr_in6 out[4])
{
    const int fds[] = {p->client.fd, p->server.fd};
    memset(out, 0, 4 * sizeof(*out));
    for (int i = 0; i < 2; i++) {
        socklen_t len = sizeof(*out);
        SYS(getsockname(fds[i], (struct sockaddr *)&out[2 * i], &len));
        len = sizeof(*out);
        SYS(getpeername(fds[i], (struct sockaddr *)&out[2 * i + 1], &len));
    }
}
static void open_pair(struct pair *p, int listener, int domain, int seed)
{
    struct sockaddr_in6 a;
    socklen_t len = sizeof(a);
    SYS(getsockname(listener, (struct sockaddr *)&a, &len));
    *p = (struct pair){.client = {.seed = seed}, .server = {.seed = seed + 1}};
    p->client.fd = SYS(socket(domain, SOCK_STREAM, 0));
    SYS(connect(p->client.fd, (struct sockaddr *)&a, len));
    p->server.fd = SYS(accept(listener, NULL, NULL));
    names(p, p->names);
}
static int option(int fd, int level, int name)
{
    int value = 0;
    socklen_t len = sizeof(value);
    SYS(getsockopt(fd, level, name, &value, &len));
    return value;
}
static struct tcp_info info(int fd)
{
    struct tcp_info i;
    socklen_t len = sizeof(i);
    memset(&i, 0, sizeof(i));
    SYS(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &i, &len));
    return i;
}
static void check_agreed(const struct tcp_info *was, int fd, const char *what)
{
    struct tcp_info now = info(fd);
    CHECK(now.tcpi_state == TCP_ESTABLISHED, "%s: state %d", what, now.tcpi_state);
    CHECK(now.tcpi_options == was->tcpi_options, "%s: options %x, not %x", what, now.tcpi_options, was->tcpi_options);
    CHECK(now.tcpi_snd_wscale == was->tcpi_snd_wscale, "%s: scale", what);
    CHECK(now.tcpi_rcv_wscale == was->tcpi_rcv_wscale, "%s: scale of this end", what);
}
/* Everything that is on its way arrives, and then more in both directions. */
static void go_on(struct pair *p, const char *what)
{
    struct sockaddr_in6 now[4];
    names(p, now);
    CHECK(!memcmp(now, p->names, sizeof(now)), "%s: addresses", what);
    drain(&p->server, &p->client, p->client.sent, what);
    drain(&p->client, &p->server, p->server.sent, what);
    fill(&p->client, p->client.sent + 1000);
    fill(&p->server, p->server.sent + 100000);
    drain(&p->server, &p->client, p->client.sent, what);
    drain(&p->client, &p->server, p->server.sent, what);
}

/* Sends and reads until both directions have had so much. */
static void pump(struct end *e, const struct end *other, size_t until, const char *what)
{
    while (e->sent < until || e->read < until) {
        int events = (e->sent < until ? POLLOUT : 0) | (e->read < until ? POLLIN : 0);
        struct pollfd p = {.fd = e->fd, .events = (short)events};
        CHECK(poll(&p, 1, 20000) == 1, "%s: stands still, %zu sent, %zu read", what, e->sent, e->read);
        if (p.revents & POLLOUT)
            fill(e, until);
        if (p.revents & (POLLIN | POLLHUP | POLLERR)) {
            int waiting = 0;
            SYS(ioctl(e->fd, FIONREAD, &waiting));
            CHECK(waiting > 0, "%s: ends after %zu", what, e->read);
            size_t all = e->read + (size_t)waiting;
            drain(e, other, all < until ? all : until, what);
        }
    }
}
/* The other process: no child of ours, and in a session of its own. */
static void peer(const struct sockaddr_in6 *a, socklen_t len, struct end mine, const struct end *other)
{
    struct timespec pause = {.tv_nsec = 10 * MSEC};
    pid_t child = SYS(fork());
    if (child > 0) {
        SYS(waitpid(child, NULL, 0));
        return;
    }
    SYS(setsid());
    if (SYS(fork()) > 0)
        _exit(0);
    alarm(PEER_SECONDS);
    SYS(close_range(0, ~0u, 0));
    mine.fd = SYS(socket(AF_INET, SOCK_STREAM, 0));
    SYS(connect(mine.fd, (const struct sockaddr *)a, len));
    fill(&mine, EARLY);
    while (!sc_go() && !sc_over())
        nanosleep(&pause, NULL);
    pump(&mine, other, TOTAL, "peer");
    SYS(send(mine.fd, "k", 1, MSG_NOSIGNAL));
    _exit(0);
}
static int with_peer(int listener)
{
    struct end client = {.seed = 1}, server = {.seed = 2};
    struct sockaddr_in6 a;
    socklen_t len = sizeof(a);
    char byte = 0;
    SYS(getsockname(listener, (struct sockaddr *)&a, &len));
    peer(&a, len, client, &server);
    server.fd = SYS(accept(listener, NULL, NULL));
    drain(&server, &client, EARLY / 2, "before");
    int waiting = 0;
    while (waiting < EARLY / 2)
        SYS(ioctl(server.fd, FIONREAD, &waiting));
    fill(&server, TOTAL / 2);
    sc_hold();
    pump(&server, &client, TOTAL, "task");
    CHECK(SYS(recv(server.fd, &byte, 1, 0)) == 1 && byte == 'k', "the peer has not got everything");
    return sc_finish();
}

static void check_state(int fd, int state, const char *what)
{
    int is = info(fd).tcpi_state;
    CHECK(is == state, "%s: state %d, not %d", what, is, state);
}
static void check_end(struct end *e, const char *what)
{
    char byte;
    CHECK(SYS(recv(e->fd, &byte, 1, 0)) == 0, "%s: no end", what);
}
static void await_state(int fd, int state)
{
    while (info(fd).tcpi_state != state)
        sched_yield();
}
/* Each end can be shut down for sending, and the other one goes on to send; what was to be sent before comes first. */
static void half_closed(int listener, int domain)
{
    struct pair one, both, behind;
    open_pair(&one, listener, domain, 1);
    fill(&one.client, 1000);
    SYS(shutdown(one.client.fd, SHUT_WR));
    await_state(one.server.fd, TCP_CLOSE_WAIT);
    await_state(one.client.fd, TCP_FIN_WAIT2);

    open_pair(&behind, listener, domain, 3);
    fill(&behind.client, FULL);
    SYS(shutdown(behind.client.fd, SHUT_WR));

    open_pair(&both, listener, domain, 5);
    SYS(shutdown(both.client.fd, SHUT_WR));
    await_state(both.server.fd, TCP_CLOSE_WAIT);
    check_end(&both.server, "before");
    fill(&both.server, FULL);
    SYS(shutdown(both.server.fd, SHUT_WR));
    sc_hold();

    check_state(one.server.fd, TCP_CLOSE_WAIT, "one");
    check_state(one.client.fd, TCP_FIN_WAIT2, "one");
    check_state(behind.client.fd, TCP_FIN_WAIT1, "behind");
    check_state(both.server.fd, TCP_LAST_ACK, "both");
    drain(&one.server, &one.client, 1000, "one");
    check_end(&one.server, "one");
    fill(&one.server, 2000);
    drain(&one.client, &one.server, 2000, "one, the other half");
    SYS(close(one.server.fd));
    check_end(&one.client, "one, the other half");
    drain(&behind.server, &behind.client, behind.client.sent, "behind");
    check_end(&behind.server, "behind");
    fill(&behind.server, 70000);
    drain(&behind.client, &behind.server, 70000, "behind, the other half");
    CHECK(send(both.server.fd, "x", 1, MSG_NOSIGNAL) == -1 && errno == EPIPE, "both: %s", strerror(errno));
    drain(&both.client, &both.server, both.server.sent, "both");
    check_end(&both.client, "both");
}

int main(int argc, char **argv)
{
    int on = 1, idle = 77, size = 40000;
    struct pair quiet, both, full, six;
    sc_init(argc, argv);
    int listener = listening(AF_INET), listener6 = listening(AF_INET6);
    CHECK(listener >= 0, "bind: %s", strerror(errno));
    if (argc > 2 && !strcmp(argv[2], "peer"))
        return with_peer(listener);
    if (argc > 2 && !strncmp(argv[2], "half", 4)) {
        int six = argv[2][4] == '6';
        if (six && listener6 < 0)
            sc_skip("no IPv6");
        half_closed(six ? listener6 : listener, six ? AF_INET6 : AF_INET);
        return sc_finish();
    }

    open_pair(&quiet, listener, AF_INET, 1);
    fill(&quiet.client, 100);
    drain(&quiet.server, &quiet.client, 100, "before");
    SYS(setsockopt(quiet.server.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)));
    SYS(setsockopt(quiet.server.fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on)));
    SYS(setsockopt(quiet.server.fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle)));
    SYS(setsockopt(quiet.server.fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)));
    SYS(fcntl(quiet.client.fd, F_SETFL, O_NONBLOCK));

    open_pair(&both, listener, AF_INET, 3);
    fill(&both.client, 5000);
    fill(&both.server, 70000);
    drain(&both.client, &both.server, 1234, "before");

    open_pair(&full, listener, AF_INET, 5);
    SYS(setsockopt(full.client.fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)));
    fill(&full.client, FULL);
    fill(&full.server, FULL);
    CHECK(full.client.sent < FULL && full.server.sent < FULL, "cannot be filled");

    if (listener6 >= 0) {
        open_pair(&six, listener6, AF_INET6, 7);
        fill(&six.client, 3000000);
        fill(&six.server, 10);
    }
    struct tcp_info quiet_was = info(quiet.server.fd), full_was = info(full.client.fd);
    int sndbuf = option(full.client.fd, SOL_SOCKET, SO_SNDBUF), rcvbuf = option(full.client.fd, SOL_SOCKET, SO_RCVBUF);
    sc_hold();

    CHECK(option(quiet.server.fd, IPPROTO_TCP, TCP_NODELAY), "TCP_NODELAY");
    CHECK(option(quiet.server.fd, SOL_SOCKET, SO_KEEPALIVE) == 1, "SO_KEEPALIVE");
    CHECK(option(quiet.server.fd, IPPROTO_TCP, TCP_KEEPIDLE) == 77, "TCP_KEEPIDLE");
    CHECK(option(quiet.server.fd, SOL_SOCKET, SO_REUSEADDR) == 1, "SO_REUSEADDR");
    CHECK(option(quiet.client.fd, SOL_SOCKET, SO_REUSEADDR) == 0, "no SO_REUSEADDR");
    CHECK(fcntl(quiet.client.fd, F_GETFL) & O_NONBLOCK, "O_NONBLOCK");
    CHECK(option(full.client.fd, SOL_SOCKET, SO_SNDBUF) == sndbuf, "SO_SNDBUF %d", sndbuf);
    CHECK(option(full.client.fd, SOL_SOCKET, SO_RCVBUF) >= rcvbuf, "SO_RCVBUF %d", rcvbuf);
    check_agreed(&quiet_was, quiet.server.fd, "quiet");
    check_agreed(&full_was, full.client.fd, "full");
    go_on(&quiet, "quiet");
    go_on(&both, "both ways");
    go_on(&full, "full");
    if (listener6 >= 0)
        go_on(&six, "IPv6");
    struct pair fresh;
    open_pair(&fresh, listener, AF_INET, 9);
    go_on(&fresh, "a new one");
    SYS(close(quiet.client.fd));
    char byte;
    CHECK(SYS(recv(quiet.server.fd, &byte, 1, 0)) == 0, "the end");
    return sc_finish();
}
