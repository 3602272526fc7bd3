/* UDP and UDP-Lite sockets: bound, connected, new; with options; IPv4 and IPv6. */
#include "selfcheck.h"
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#ifndef UDPLITE_RECV_CSCOV
#define UDPLITE_RECV_CSCOV 11
#endif

static struct sockaddr_in6 any_address(int domain, socklen_t *len)
{
    struct sockaddr_in6 a;
    memset(&a, 0, sizeof(a));
    if (domain == AF_INET) {
        ((struct sockaddr_in *)&a)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        *len = sizeof(struct sockaddr_in);
    } else {
        a.sin6_addr = in6addr_loopback;
        *len = sizeof(a);
    }
    a.sin6_family = (sa_family_t)domain;
    return a;
}
static struct sockaddr_in6 name_of(int fd, bool peer)
{
    struct sockaddr_in6 a;
    socklen_t len = sizeof(a);
    memset(&a, 0, sizeof(a));
    SYS(peer ? getpeername(fd, (struct sockaddr *)&a, &len) : getsockname(fd, (struct sockaddr *)&a, &len));
    return a;
}
static int bound(int domain, int protocol)
{
    socklen_t len;
    struct sockaddr_in6 a = any_address(domain, &len);
    int fd = SYS(socket(domain, SOCK_DGRAM, protocol));
    SYS(bind(fd, (struct sockaddr *)&a, len));
    return fd;
}
static void pass(int from, int to, const char *text)
{
    char got[64];
    struct pollfd p = {.fd = to, .events = POLLIN};
    SYS(send(from, text, strlen(text), 0));
    CHECK(poll(&p, 1, 10000) == 1, "%s does not arrive", text);
    ssize_t n = recv(to, got, sizeof(got), 0);
    CHECK(n == (ssize_t)strlen(text) && !memcmp(got, text, (size_t)n), "%s arrives as another", text);
}
static int get(int fd, int level, int name)
{
    int value;
    socklen_t len = sizeof(value);
    SYS(getsockopt(fd, level, name, &value, &len));
    return value;
}

int main(int argc, char **argv)
{
    int domains[2] = {AF_INET, AF_INET6}, server[2] = {-1, -1}, client[2] = {-1, -1}, on = 1, lite[2] = {-1, -1};
    int tos = 0x28, coverage = 20;
    struct sockaddr_in6 names[2], peers[2];
    sc_init(argc, argv);
    for (int i = 0; i < 2; i++) {
        socklen_t len;
        struct sockaddr_in6 a = any_address(domains[i], &len);
        int probe = socket(domains[i], SOCK_DGRAM, 0);
        bool offered = probe >= 0 && bind(probe, (struct sockaddr *)&a, len) == 0;
        if (probe >= 0)
            SYS(close(probe));
        if (!offered)
            continue;
        server[i] = bound(domains[i], 0);
        client[i] = bound(domains[i], 0);
        names[i] = name_of(server[i], false);
        SYS(connect(client[i], (struct sockaddr *)&names[i], len));
        peers[i] = name_of(client[i], false);
    }
    CHECK(server[0] >= 0, "no IPv4");
    SYS(setsockopt(server[0], SOL_SOCKET, SO_BROADCAST, &on, sizeof(on)));
    SYS(setsockopt(server[0], IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)));
    SYS(setsockopt(server[0], IPPROTO_IP, IP_RECVERR, &on, sizeof(on)));
    SYS(setsockopt(client[0], IPPROTO_IP, IP_TOS, &tos, sizeof(tos)));
    int fresh = SYS(socket(AF_INET, SOCK_DGRAM, 0));
    if ((lite[0] = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE)) >= 0) {
        SYS(close(lite[0]));
        lite[0] = bound(AF_INET, IPPROTO_UDPLITE);
        lite[1] = bound(AF_INET, IPPROTO_UDPLITE);
        struct sockaddr_in6 a = name_of(lite[0], false);
        SYS(setsockopt(lite[0], IPPROTO_UDPLITE, UDPLITE_RECV_CSCOV, &coverage, sizeof(coverage)));
        SYS(connect(lite[1], (struct sockaddr *)&a, sizeof(struct sockaddr_in)));
    }
    sc_hold();

    for (int i = 0; i < 2; i++) {
        if (server[i] < 0)
            continue;
        struct sockaddr_in6 a = name_of(server[i], false), b = name_of(client[i], false), c = name_of(client[i], true);
        CHECK(!memcmp(&a, &names[i], sizeof(a)), "the server's address is another");
        CHECK(!memcmp(&b, &peers[i], sizeof(b)), "the client's address is another");
        CHECK(!memcmp(&c, &names[i], sizeof(c)), "the client's peer is another");
        pass(client[i], server[i], "datagram");
    }
    CHECK(get(server[0], SOL_SOCKET, SO_BROADCAST) == 1 && get(client[0], SOL_SOCKET, SO_BROADCAST) == 0, "broadcast");
    CHECK(get(server[0], IPPROTO_IP, IP_PKTINFO) == 1, "IP_PKTINFO");
    CHECK(get(server[0], IPPROTO_IP, IP_RECVERR) == 1, "IP_RECVERR");
    CHECK(get(client[0], IPPROTO_IP, IP_TOS) == tos, "IP_TOS");
    SYS(connect(fresh, (struct sockaddr *)&names[0], sizeof(struct sockaddr_in)));
    pass(fresh, server[0], "from the new one");
    if (lite[0] >= 0) {
        CHECK(get(lite[0], IPPROTO_UDPLITE, UDPLITE_RECV_CSCOV) == coverage, "coverage");
        pass(lite[1], lite[0], "a datagram of more than twenty bytes");
    }
    return sc_finish();
}
