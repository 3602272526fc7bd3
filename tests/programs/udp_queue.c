/* Datagrams that wait in UDP sockets: senders, receivers, headers, borders, order; and sockets that were shut down. */
#include "selfcheck.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#define LONGEST 65507

static uint8_t bytes[LONGEST + 1], got[LONGEST + 1];
/* Borders of what a look at once takes, and the longest there is. */
static const size_t lengths[] = {1, 4095, 4096, 0, 4097, 8192, LONGEST, 3};

static int bound(int domain, const char *address, int port)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    int fd = socket(domain, SOCK_DGRAM, 0);
    if (fd < 0)
        return -1;
    bool ok = domain == AF_INET ? inet_pton(AF_INET, address, &v4.sin_addr) == 1 && !bind(fd, (void *)&v4, sizeof(v4))
                                : inet_pton(AF_INET6, address, &v6.sin6_addr) == 1 && !bind(fd, (void *)&v6, sizeof(v6));
    if (ok)
        return fd;
    SYS(close(fd));
    return -1;
}
static struct sockaddr_in6 name_of(int fd)
{
    struct sockaddr_in6 a;
    socklen_t len = sizeof(a);
    memset(&a, 0, sizeof(a));
    SYS(getsockname(fd, (struct sockaddr *)&a, &len));
    return a;
}
/* Port of the socket, at an IPv4 address. */
static struct sockaddr_in at(const char *address, int fd)
{
    struct sockaddr_in6 name = name_of(fd);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = name.sin6_port};
    inet_pton(AF_INET, address, &a.sin_addr);
    return a;
}
static void set(int fd, int level, int name, int value) { SYS(setsockopt(fd, level, name, &value, sizeof(value))); }
static int get(int fd, int level, int name)
{
    int value;
    socklen_t len = sizeof(value);
    SYS(getsockopt(fd, level, name, &value, &len));
    return value;
}
static void arrive(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    CHECK(poll(&p, 1, 10000) == 1, "nothing arrives");
}
static void post(int from, struct sockaddr_in to, size_t len)
{
    CHECK(sendto(from, bytes, len, 0, (struct sockaddr *)&to, sizeof(to)) == (ssize_t)len, "send %zu: %s", len,
          strerror(errno));
}
/* Takes one; says where from, and TTL, TOS and destination where the socket asks for them. */
static struct sockaddr_in6 take(int fd, size_t len, int *ttl, int *tos, uint32_t *to)
{
    union {
        struct cmsghdr h;
        char room[512];
    } control;
    struct sockaddr_in6 from;
    struct iovec v = {got, sizeof(got)};
    struct msghdr m = {.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &v, .msg_iovlen = 1,
                       .msg_control = &control, .msg_controllen = sizeof(control)};
    memset(&from, 0, sizeof(from));
    ssize_t n = recvmsg(fd, &m, MSG_DONTWAIT);
    CHECK(n == (ssize_t)len, "%zd bytes, not %zu (%s)", n, len, n < 0 ? strerror(errno) : "");
    CHECK(!memcmp(got, bytes, len), "wrong bytes in a datagram of %zu", len);
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
        CHECK(c->cmsg_level == IPPROTO_IP, "ancillary data %d of level %d", c->cmsg_type, c->cmsg_level);
        if (c->cmsg_type == IP_TTL && ttl)
            memcpy(ttl, CMSG_DATA(c), sizeof(int));
        else if (c->cmsg_type == IP_TOS && tos)
            *tos = *(uint8_t *)CMSG_DATA(c);
        else if (c->cmsg_type == IP_PKTINFO && to)
            *to = ((struct in_pktinfo *)CMSG_DATA(c))->ipi_addr.s_addr;
        else
            CHECK(false, "ancillary data %d that nobody asked for", c->cmsg_type);
    }
    return from;
}
static void none(int fd, const char *what)
{
    CHECK(recv(fd, got, 1, MSG_DONTWAIT) == -1 && errno == EAGAIN, "%s: something is left", what);
    CHECK(get(fd, SOL_SOCKET, SO_PEEK_OFF) == -1, "%s: SO_PEEK_OFF was left behind", what);
}
static void same(struct sockaddr_in6 a, int sender, const char *what)
{
    struct sockaddr_in6 b = name_of(sender);
    CHECK(!memcmp(&a, &b, sizeof(a)), "%s: from another sender", what);
}

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    sc_fill(bytes, LONGEST, 9);
    int box = bound(AF_INET, "0.0.0.0", 0), one = bound(AF_INET, "127.0.0.1", 0), two = bound(AF_INET, "127.0.0.9", 0);
    CHECK(box >= 0 && one >= 0 && two >= 0, "no IPv4");
    set(box, SOL_SOCKET, SO_RCVBUF, 1 << 20);
    for (size_t i = 0; i < ARRAY_LEN(lengths); i++)
        post(i % 2 ? two : one, at("127.0.0.1", box), lengths[i]);

    /* What the headers say, and to which of this machine's addresses it went. */
    int told = bound(AF_INET, "0.0.0.0", 0), ttl, tos;
    uint32_t to;
    set(told, IPPROTO_IP, IP_RECVTTL, 1);
    set(told, IPPROTO_IP, IP_RECVTOS, 1);
    set(told, IPPROTO_IP, IP_PKTINFO, 1);
    int marked = bound(AF_INET, "127.0.0.1", 0);
    set(marked, IPPROTO_IP, IP_TTL, 33);
    set(marked, IPPROTO_IP, IP_TOS, 0xb8);
    post(marked, at("127.0.0.1", told), 10);
    post(one, at("127.0.0.7", told), 20);

    /* Connected after the first had come; another socket of the task is at the other end. */
    int client = bound(AF_INET, "127.0.0.1", 0), server = bound(AF_INET, "127.0.0.1", 0);
    post(two, at("127.0.0.1", client), 5);
    struct sockaddr_in6 server_name = name_of(server);
    SYS(connect(client, (struct sockaddr *)&server_name, sizeof(struct sockaddr_in)));
    post(server, at("127.0.0.1", client), 6);

    /* As full as can be: what follows is dropped. */
    int full = bound(AF_INET, "127.0.0.1", 0), held = 0;
    set(full, SOL_SOCKET, SO_RCVBUF, 8000);
    for (int i = 0; i < 100; i++)
        post(one, at("127.0.0.1", full), 100);
    int rcvbuf = get(full, SOL_SOCKET, SO_RCVBUF);

    /* IPv6, also with datagrams of IPv4. */
    int six = bound(AF_INET6, "::", 0), six_sender = bound(AF_INET6, "::1", 0);
    if (six >= 0 && six_sender >= 0) {
        struct sockaddr_in6 a = name_of(six);
        inet_pton(AF_INET6, "::1", &a.sin6_addr);
        SYS(sendto(six_sender, bytes, 5000, 0, (struct sockaddr *)&a, sizeof(a)));
        post(two, at("127.0.0.1", six), 77);
        arrive(six);
    }

    /* Shut down: for receiving, with content; for sending alone; both, and not connected. */
    int deaf = bound(AF_INET, "127.0.0.1", 0), mute = bound(AF_INET, "127.0.0.1", 0), dead = bound(AF_INET, "127.0.0.1", 0);
    SYS(connect(deaf, (struct sockaddr *)&server_name, sizeof(struct sockaddr_in)));
    SYS(connect(mute, (struct sockaddr *)&server_name, sizeof(struct sockaddr_in)));
    post(server, at("127.0.0.1", deaf), 7);
    SYS(shutdown(deaf, SHUT_RD));
    SYS(shutdown(mute, SHUT_WR));
    CHECK(shutdown(dead, SHUT_RDWR) == -1 && errno == ENOTCONN, "shutdown without a peer: %s", strerror(errno));
    arrive(box);
    arrive(told);
    arrive(client);
    arrive(full);
    sc_hold();

    CHECK(get(box, IPPROTO_IP, IP_RECVTTL) == 0 && get(box, IPPROTO_IP, IP_RECVTOS) == 0, "options were left behind");
    CHECK(get(told, IPPROTO_IP, IP_RECVTTL) == 1, "IP_RECVTTL is lost");
    for (size_t i = 0; i < ARRAY_LEN(lengths); i++)
        same(take(box, lengths[i], NULL, NULL, NULL), i % 2 ? two : one, "the box");
    none(box, "the box");

    same(take(told, 10, &ttl, &tos, &to), marked, "headers");
    CHECK(ttl == 33 && tos == 0xb8 && to == htonl(0x7f000001), "TTL %d TOS %#x to %#x", ttl, tos, ntohl(to));
    same(take(told, 20, &ttl, &tos, &to), one, "headers");
    CHECK(ttl == 64 && tos == 0 && to == htonl(0x7f000007), "TTL %d TOS %#x to %#x", ttl, tos, ntohl(to));
    none(told, "headers");

    same(take(client, 5, NULL, NULL, NULL), two, "the client");
    same(take(client, 6, NULL, NULL, NULL), server, "the client");
    none(client, "the client");
    post(two, at("127.0.0.1", client), 8);
    post(server, at("127.0.0.1", client), 9);
    arrive(client);
    same(take(client, 9, NULL, NULL, NULL), server, "the client, later");

    while (recv(full, got, sizeof(got), MSG_DONTWAIT) == 100)
        held++;
    CHECK(held > 3 && held < 100, "%d datagrams in a full socket", held);
    CHECK(get(full, SOL_SOCKET, SO_RCVBUF) == rcvbuf, "the size of the buffer");

    if (six >= 0 && six_sender >= 0) {
        struct sockaddr_in6 mapped = {.sin6_family = AF_INET6, .sin6_port = at("0.0.0.0", two).sin_port};
        inet_pton(AF_INET6, "::ffff:127.0.0.9", &mapped.sin6_addr);
        same(take(six, 5000, NULL, NULL, NULL), six_sender, "IPv6");
        struct sockaddr_in6 from = take(six, 77, NULL, NULL, NULL);
        CHECK(!memcmp(&from, &mapped, sizeof(from)), "IPv4 in IPv6: from another sender");
        none(six, "IPv6");
    }

    same(take(deaf, 7, NULL, NULL, NULL), server, "shut down");
    SYS(send(deaf, "x", 1, 0));
    CHECK(recv(deaf, got, 1, 0) == 0, "no end after a shutdown");
    CHECK(send(mute, "x", 1, MSG_NOSIGNAL) == -1 && errno == EPIPE, "sends after a shutdown");
    post(server, at("127.0.0.1", mute), 11);
    arrive(mute);
    same(take(mute, 11, NULL, NULL, NULL), server, "the mute one");
    CHECK(recv(dead, got, 1, 0) == 0, "receives after a shutdown");
    return sc_finish();
}
