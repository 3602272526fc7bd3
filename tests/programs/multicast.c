/* Multicast groups that UDP sockets have joined, on IPv4 and IPv6, and whose datagrams they hear there. */
#include "selfcheck.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

static struct in_addr ip(const char *text)
{
    struct in_addr a;
    CHECK(inet_pton(AF_INET, text, &a) == 1, "%s", text);
    return a;
}
static int bound(int domain)
{
    struct sockaddr_in6 a = {.sin6_family = (sa_family_t)domain};
    int fd = socket(domain, SOCK_DGRAM, 0);
    if (fd >= 0)
        SYS(bind(fd, (struct sockaddr *)&a, domain == AF_INET ? sizeof(struct sockaddr_in) : sizeof(a)));
    return fd;
}
static void join(int fd, const char *group)
{
    struct ip_mreq m = {ip(group), ip("127.0.0.1")};
    SYS(setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, sizeof(m)));
}
static int sender(const char *address)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = ip(address)};
    struct in_addr loopback = ip("127.0.0.1");
    int fd = SYS(socket(AF_INET, SOCK_DGRAM, 0));
    SYS(bind(fd, (struct sockaddr *)&a, sizeof(a)));
    SYS(setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &loopback, sizeof(loopback)));
    return fd;
}
static void hears(int from, int fd, const char *group, bool yes)
{
    struct sockaddr_in6 name;
    socklen_t len = sizeof(name);
    struct pollfd p = {.fd = fd, .events = POLLIN};
    char got[8];
    SYS(getsockname(fd, (struct sockaddr *)&name, &len));
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr = ip(group), .sin_port = name.sin6_port};
    SYS(sendto(from, group, 4, 0, (struct sockaddr *)&to, sizeof(to)));
    CHECK(poll(&p, 1, yes ? 10000 : 100) == yes, "%s is%s heard", group, yes ? " not" : "");
    if (yes)
        CHECK(recv(fd, got, sizeof(got), 0) == 4 && !memcmp(got, group, 4), "%s: something else is heard", group);
}
static int six_sender(int fd, const struct in6_addr *group, bool yes)
{
    struct sockaddr_in6 to;
    socklen_t len = sizeof(to);
    struct pollfd p = {.fd = fd, .events = POLLIN};
    char got[8];
    int lo = 1, from = SYS(socket(AF_INET6, SOCK_DGRAM, 0));
    SYS(getsockname(fd, (struct sockaddr *)&to, &len));
    to.sin6_addr = *group;
    SYS(setsockopt(from, IPPROTO_IPV6, IPV6_MULTICAST_IF, &lo, sizeof(lo)));
    ssize_t sent = sendto(from, "six", 3, 0, (struct sockaddr *)&to, sizeof(to));
    SYS(close(from));
    if (sent < 0)
        return -1; /* no route: IPv6 is switched off on loopback */
    CHECK(poll(&p, 1, yes ? 10000 : 100) == yes, "IPv6 is%s heard", yes ? " not" : "");
    if (yes)
        CHECK(recv(fd, got, sizeof(got), 0) == 3, "IPv6: something else is heard");
    return 0;
}

int main(int argc, char **argv)
{
    int off = 0;
    struct in6_addr group6;
    sc_init(argc, argv);
    int two = bound(AF_INET), none = bound(AF_INET), picky = bound(AF_INET), deaf = bound(AF_INET);
    int one = sender("127.0.0.1"), other = sender("127.0.0.5");
    int all[] = {two, none, picky, deaf};
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        SYS(setsockopt(all[i], IPPROTO_IP, IP_MULTICAST_ALL, &off, sizeof(off)));
    join(two, "239.255.77.1");
    join(two, "239.255.77.2");
    /* From one sender only, and from all but one. */
    struct ip_mreq_source from = {ip("239.255.77.1"), ip("127.0.0.1"), ip("127.0.0.5")};
    SYS(setsockopt(picky, IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP, &from, sizeof(from)));
    join(deaf, "239.255.77.1");
    SYS(setsockopt(deaf, IPPROTO_IP, IP_BLOCK_SOURCE, &from, sizeof(from)));
    int six = bound(AF_INET6);
    bool with_six = six >= 0;
    inet_pton(AF_INET6, "ff02::7701", &group6);
    if (with_six) {
        struct ipv6_mreq m = {group6, 1};
        join(six, "239.255.77.3");
        with_six = setsockopt(six, IPPROTO_IPV6, IPV6_JOIN_GROUP, &m, sizeof(m)) == 0 && !six_sender(six, &group6, true);
    }
    sc_hold();

    hears(one, two, "239.255.77.1", true);
    hears(other, two, "239.255.77.2", true);
    hears(one, two, "239.255.77.3", false);
    hears(one, none, "239.255.77.1", false);
    hears(one, picky, "239.255.77.1", false);
    hears(other, picky, "239.255.77.1", true);
    hears(one, deaf, "239.255.77.1", true);
    hears(other, deaf, "239.255.77.1", false);
    if (with_six)
        CHECK(six_sender(six, &group6, true) == 0, "IPv6");
    if (six >= 0)
        hears(one, six, "239.255.77.3", true);
    struct ip_mreq m = {ip("239.255.77.2"), ip("127.0.0.1")};
    SYS(setsockopt(two, IPPROTO_IP, IP_DROP_MEMBERSHIP, &m, sizeof(m)));
    hears(one, two, "239.255.77.2", false);
    return sc_finish();
}
