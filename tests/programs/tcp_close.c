/*
 * TCP connections at a dump with --tcp-close: whoever runs on keeps them; whoever comes back finds them reset, and the
 * socket that listens serves on.
 */
#include "selfcheck.h"
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

static int connected(int domain, int listener)
{
    struct sockaddr_in6 a;
    socklen_t len = sizeof(a);
    memset(&a, 0, sizeof(a));
    SYS(getsockname(listener, (struct sockaddr *)&a, &len));
    int fd = SYS(socket(domain, SOCK_STREAM, 0));
    SYS(connect(fd, (struct sockaddr *)&a, len));
    return fd;
}
static int listening(int domain)
{
    struct sockaddr_in6 a = {.sin6_family = (sa_family_t)domain};
    int fd = SYS(socket(domain, SOCK_STREAM, 0)), on = 1;
    if (domain == AF_INET)
        ((struct sockaddr_in *)&a)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    else
        a.sin6_addr = in6addr_loopback;
    SYS(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)));
    if (bind(fd, (struct sockaddr *)&a, domain == AF_INET ? sizeof(struct sockaddr_in) : sizeof(a)) < 0) {
        SYS(close(fd));
        return -1;
    }
    SYS(listen(fd, 4));
    return fd;
}
/* Field 22 of /proc/self/stat: another one after a restore. */
static unsigned long long start_time(void)
{
    char text[1024], *at;
    unsigned long long start;
    sc_slurp("/proc/self/stat", text, sizeof(text));
    at = strrchr(text, ')');
    CHECK(at && sscanf(at + 1, "%*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu", &start) == 1,
          "start time");
    return start;
}
static void expect(int fd, const char *text)
{
    char got[64];
    ssize_t n = recv(fd, got, sizeof(got), 0);
    CHECK(n == (ssize_t)strlen(text) && !memcmp(got, text, (size_t)n), "%s: %zd, %s", text, n, n < 0 ? strerror(errno) : "");
}
static void expect_reset(int fd, const char *what)
{
    char byte;
    struct pollfd p = {.fd = fd, .events = POLLIN | POLLOUT};
    SYS(poll(&p, 1, 0));
    CHECK((p.revents & (POLLIN | POLLHUP | POLLERR)) == (POLLIN | POLLHUP | POLLERR), "%s: events %x", what, p.revents);
    CHECK(recv(fd, &byte, 1, 0) == -1 && errno == ECONNRESET, "%s: first read: %s", what, strerror(errno));
    CHECK(recv(fd, &byte, 1, 0) == 0, "%s: second read", what);
    CHECK(send(fd, "x", 1, MSG_NOSIGNAL) == -1 && errno == EPIPE, "%s: write: %s", what, strerror(errno));
}

int main(int argc, char **argv)
{
    int on = 1, six, client6 = -1, server6 = -1;
    sc_init(argc, argv);
    int listener = listening(AF_INET);
    CHECK(listener >= 0, "bind: %s", strerror(errno));
    int client = connected(AF_INET, listener), server = SYS(accept(listener, NULL, NULL));
    SYS(setsockopt(server, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on)));
    SYS(fcntl(client, F_SETFL, O_NONBLOCK));
    SYS(send(client, "unread", 6, 0));
    int half = connected(AF_INET, listener), open_half = SYS(accept(listener, NULL, NULL));
    SYS(shutdown(half, SHUT_WR));
    int pending = connected(AF_INET, listener);
    if ((six = listening(AF_INET6)) >= 0) {
        client6 = connected(AF_INET6, six);
        server6 = SYS(accept(six, NULL, NULL));
    }
    unsigned long long start = start_time();
    sc_hold();

    CHECK(fcntl(client, F_GETFL) & O_NONBLOCK, "O_NONBLOCK");
    int keep = 0;
    socklen_t len = sizeof(keep);
    SYS(getsockopt(server, SOL_SOCKET, SO_KEEPALIVE, &keep, &len));
    CHECK(keep == 1, "SO_KEEPALIVE");
    if (start_time() == start) {
        int late = SYS(accept(listener, NULL, NULL));
        SYS(send(pending, "pending", 7, 0));
        expect(late, "pending");
        expect(server, "unread");
        SYS(send(open_half, "half", 4, 0));
        expect(half, "half");
        if (six >= 0) {
            SYS(send(client6, "IPv6", 4, 0));
            expect(server6, "IPv6");
        }
        return sc_finish();
    }
    expect_reset(client, "client");
    expect_reset(server, "server");
    expect_reset(half, "half closed");
    expect_reset(open_half, "the other half");
    expect_reset(pending, "never accepted");
    if (six >= 0) {
        expect_reset(client6, "IPv6 client");
        expect_reset(server6, "IPv6 server");
    }
    int again = connected(AF_INET, listener), served = SYS(accept(listener, NULL, NULL));
    SYS(send(again, "a new one", 9, 0));
    expect(served, "a new one");
    SYS(close(again));
    return sc_finish();
}
