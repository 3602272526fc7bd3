/* TCP sockets of IPv4 and IPv6 that listen, are bound or new, with the options that servers set. */
#include "selfcheck.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

union address {
    struct sockaddr a;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};
struct option {
    int level, name, value;
};
static const struct option OPTIONS[] = {
    {SOL_SOCKET, SO_REUSEADDR, 1}, {SOL_SOCKET, SO_KEEPALIVE, 1}, {SOL_SOCKET, SO_PRIORITY, 2},
    {SOL_SOCKET, SO_SNDBUF, 30000}, {SOL_SOCKET, SO_RCVBUF, 50000}, {SOL_SOCKET, SO_OOBINLINE, 1},
    {IPPROTO_TCP, TCP_NODELAY, 1}, {IPPROTO_TCP, TCP_KEEPIDLE, 77}, {IPPROTO_TCP, TCP_KEEPINTVL, 11},
    {IPPROTO_TCP, TCP_KEEPCNT, 4}, {IPPROTO_TCP, TCP_USER_TIMEOUT, 12345}, {IPPROTO_TCP, TCP_SYNCNT, 3},
    {IPPROTO_TCP, TCP_FASTOPEN, 5}, {IPPROTO_TCP, TCP_DEFER_ACCEPT, 1}, {IPPROTO_TCP, TCP_LINGER2, 9},
    {IPPROTO_TCP, TCP_MAXSEG, 1000}, {IPPROTO_TCP, TCP_NOTSENT_LOWAT, 4096},
    {IPPROTO_IP, IP_TOS, 0x10}, {IPPROTO_IP, IP_TTL, 33}, {IPPROTO_IP, IP_FREEBIND, 1},
};
static int values[ARRAY_LEN(OPTIONS)];

static int get(int fd, int level, int name)
{
    int value;
    socklen_t len = sizeof(value);
    SYS(getsockopt(fd, level, name, &value, &len));
    return value;
}
static void set(int fd, int level, int name, int value) { SYS(setsockopt(fd, level, name, &value, sizeof(value))); }

static union address address_of(int fd)
{
    union address a;
    socklen_t len = sizeof(a);
    memset(&a, 0, sizeof(a));
    SYS(getsockname(fd, &a.a, &len));
    return a;
}
/* A socket bound to a free port of loopback, or of every address. */
static int bound(int domain, bool any, bool only6)
{
    union address a;
    memset(&a, 0, sizeof(a));
    int fd = SYS(socket(domain, SOCK_STREAM | SOCK_CLOEXEC, 0));
    a.a.sa_family = (sa_family_t)domain;
    if (domain == AF_INET) {
        a.v4.sin_addr.s_addr = any ? INADDR_ANY : htonl(INADDR_LOOPBACK);
    } else {
        a.v6.sin6_addr = any ? in6addr_any : in6addr_loopback;
        set(fd, IPPROTO_IPV6, IPV6_V6ONLY, only6);
    }
    SYS(bind(fd, &a.a, domain == AF_INET ? sizeof(a.v4) : sizeof(a.v6)));
    return fd;
}
/* A client comes through to the listening socket. */
static void serves(int listener, int domain, const char *what)
{
    char text[8] = "";
    union address a = address_of(listener);
    in_port_t port = a.a.sa_family == AF_INET ? a.v4.sin_port : a.v6.sin6_port;
    memset(&a, 0, sizeof(a));
    a.a.sa_family = (sa_family_t)domain;
    if (domain == AF_INET) {
        a.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        a.v4.sin_port = port;
    } else {
        a.v6.sin6_addr = in6addr_loopback;
        a.v6.sin6_port = port;
    }
    int client = SYS(socket(domain, SOCK_STREAM, 0));
    SYS(connect(client, &a.a, domain == AF_INET ? sizeof(a.v4) : sizeof(a.v6)));
    SYS(send(client, "hello", 5, 0)); /* TCP_DEFER_ACCEPT waits for it */
    int server = SYS(accept(listener, NULL, NULL));
    CHECK(recv(server, text, sizeof(text), 0) == 5 && !memcmp(text, "hello", 5), "%s", what);
    /* the client first, so that the port is not left in TIME_WAIT */
    SYS(close(client));
    CHECK(recv(server, text, sizeof(text), 0) == 0, "%s: no end", what);
    SYS(close(server));
}

int main(int argc, char **argv)
{
    struct linger linger = {1, 17}, seen;
    socklen_t len = sizeof(seen);
    int six = -1, both = -1, error;
    sc_init(argc, argv);
    int tuned = SYS(socket(AF_INET, SOCK_STREAM, 0));
    for (size_t i = 0; i < ARRAY_LEN(OPTIONS); i++)
        set(tuned, OPTIONS[i].level, OPTIONS[i].name, OPTIONS[i].value);
    SYS(setsockopt(tuned, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)));
    struct sockaddr_in loopback = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    SYS(bind(tuned, (struct sockaddr *)&loopback, sizeof(loopback)));
    SYS(listen(tuned, 9));
    int wide = bound(AF_INET, true, false), waiting = bound(AF_INET, false, false);
    SYS(listen(wide, 3));
    SYS(fcntl(wide, F_SETFL, O_NONBLOCK));
    int first = SYS(socket(AF_INET, SOCK_STREAM, 0)), second = SYS(socket(AF_INET, SOCK_STREAM, 0));
    set(first, SOL_SOCKET, SO_REUSEPORT, 1);
    set(second, SOL_SOCKET, SO_REUSEPORT, 1);
    SYS(bind(first, (struct sockaddr *)&loopback, sizeof(loopback)));
    union address same = address_of(first);
    SYS(bind(second, &same.a, sizeof(same.v4)));
    SYS(listen(first, 2));
    SYS(listen(second, 2));
    int probe = socket(AF_INET6, SOCK_STREAM, 0);
    bool has6 = probe >= 0 && bind(probe, (struct sockaddr *)&(struct sockaddr_in6){.sin6_family = AF_INET6,
                                   .sin6_addr = IN6ADDR_LOOPBACK_INIT}, sizeof(struct sockaddr_in6)) == 0;
    if (probe >= 0)
        SYS(close(probe));
    if (has6) {
        six = bound(AF_INET6, false, true);
        SYS(listen(six, 4));
        both = bound(AF_INET6, true, false);
        SYS(listen(both, 4));
    }
    int fresh = SYS(socket(AF_INET, SOCK_STREAM, 0));
    for (size_t i = 0; i < ARRAY_LEN(OPTIONS); i++)
        values[i] = get(tuned, OPTIONS[i].level, OPTIONS[i].name);
    int plain = get(wide, SOL_SOCKET, SO_RCVBUF);
    union address names[5] = {address_of(tuned), address_of(wide), address_of(waiting), address_of(second)};
    if (has6)
        names[4] = address_of(six);
    sc_hold();

    union address now[5] = {address_of(tuned), address_of(wide), address_of(waiting), address_of(second)};
    if (has6)
        now[4] = address_of(six);
    CHECK(!memcmp(names, now, sizeof(now)), "an address is another");
    for (size_t i = 0; i < ARRAY_LEN(OPTIONS); i++) {
        int value = get(tuned, OPTIONS[i].level, OPTIONS[i].name);
        CHECK(value == values[i], "option %d/%d is %d, was %d", OPTIONS[i].level, OPTIONS[i].name, value, values[i]);
    }
    SYS(getsockopt(tuned, SOL_SOCKET, SO_LINGER, &seen, &len));
    CHECK(seen.l_onoff == 1 && seen.l_linger == 17, "SO_LINGER");
    CHECK(get(wide, SOL_SOCKET, SO_RCVBUF) == plain, "the size of an untouched buffer");
    CHECK(get(wide, SOL_SOCKET, SO_ACCEPTCONN) && !get(waiting, SOL_SOCKET, SO_ACCEPTCONN), "SO_ACCEPTCONN");
    CHECK(get(first, SOL_SOCKET, SO_REUSEPORT) && get(second, SOL_SOCKET, SO_REUSEPORT), "SO_REUSEPORT");
    CHECK(fcntl(wide, F_GETFL) & O_NONBLOCK, "O_NONBLOCK");
    struct tcp_info info;
    len = sizeof(info);
    SYS(getsockopt(tuned, IPPROTO_TCP, TCP_INFO, &info, &len));
    CHECK(info.tcpi_sacked == 9, "the backlog is %u", info.tcpi_sacked);
    CHECK(accept(wide, NULL, NULL) == -1 && errno == EAGAIN, "a connection from nowhere");
    serves(tuned, AF_INET, "tuned");
    SYS(fcntl(wide, F_SETFL, 0));
    serves(wide, AF_INET, "every address");
    SYS(listen(waiting, 1));
    serves(waiting, AF_INET, "bound before, listening now");
    if (has6) {
        serves(six, AF_INET6, "IPv6");
        serves(both, AF_INET6, "IPv6 by both");
        serves(both, AF_INET, "IPv4 by both");
    }
    union address to = address_of(tuned);
    SYS(connect(fresh, &to.a, sizeof(to.v4)));
    len = sizeof(error);
    SYS(getsockopt(fresh, SOL_SOCKET, SO_ERROR, &error, &len));
    CHECK(error == 0, "the new socket: %s", strerror(error));
    return sc_finish();
}
