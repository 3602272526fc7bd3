/* Datagram sockets of ICMP and ICMPv6: ids that were chosen and that the kernel chose, peers, options, groups. */
#include "selfcheck.h"
#include <arpa/inet.h>
#include <linux/icmp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#define ECHO6 128
#define REPLY6 129

static const struct sockaddr_in loopback = {.sin_family = AF_INET, .sin_addr = {0x0100007f}};
static const struct sockaddr_in6 loopback6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};

static struct sockaddr_in6 name_of(int fd)
{
    struct sockaddr_in6 a;
    socklen_t len = sizeof(a);
    memset(&a, 0, sizeof(a));
    SYS(getsockname(fd, (struct sockaddr *)&a, &len));
    return a;
}
/* Sends an echo to loopback, or to the peer, and hears of it with the socket's own id. */
static void ping(int fd, bool connected, uint16_t sequence)
{
    struct sockaddr_in6 name = name_of(fd);
    bool six = name.sin6_family == AF_INET6;
    struct icmphdr echo = {.type = six ? ECHO6 : ICMP_ECHO, .un.echo.sequence = sequence}, reply;
    struct pollfd p = {.fd = fd, .events = POLLIN};
    const struct sockaddr *to = six ? (const struct sockaddr *)&loopback6 : (const struct sockaddr *)&loopback;
    SYS(connected ? send(fd, &echo, sizeof(echo), 0)
                  : sendto(fd, &echo, sizeof(echo), 0, to, six ? sizeof(loopback6) : sizeof(loopback)));
    CHECK(poll(&p, 1, 10000) == 1, "no answer to %d", sequence);
    CHECK(recv(fd, &reply, sizeof(reply), 0) == sizeof(reply), "a short answer");
    CHECK(reply.type == (six ? REPLY6 : ICMP_ECHOREPLY) && reply.un.echo.sequence == sequence, "another answer");
    CHECK(reply.un.echo.id == name_of(fd).sin6_port, "the answer has id %x", reply.un.echo.id);
}

int main(int argc, char **argv)
{
    int ttl = 7, got = 0, six = -1;
    socklen_t len = sizeof(got);
    struct sockaddr_in named = loopback;
    struct ip_mreq m = {{inet_addr("239.255.77.4")}, {0x0100007f}};
    sc_init(argc, argv);
    int chosen = socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
    if (chosen < 0)
        sc_skip("sockets of ICMP: %s", strerror(errno)); /* net.ipv4.ping_group_range is without us */
    named.sin_port = htons((uint16_t)(getpid() & 0x7fff) | 0x8000);
    SYS(bind(chosen, (struct sockaddr *)&named, sizeof(named)));
    SYS(setsockopt(chosen, IPPROTO_IP, IP_TTL, &ttl, sizeof(ttl)));
    SYS(setsockopt(chosen, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, sizeof(m)));
    int fresh = SYS(socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP)), given = SYS(socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP));
    int connected = SYS(socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP));
    SYS(connect(connected, (const struct sockaddr *)&loopback, sizeof(loopback)));
    ping(chosen, false, 1);
    ping(given, false, 2);
    ping(connected, true, 3);
    if ((six = socket(AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6)) >= 0
        && connect(six, (const struct sockaddr *)&loopback6, sizeof(loopback6)) == 0)
        ping(six, true, 4);
    else
        six = -1;
    int all[] = {chosen, given, connected, fresh};
    struct sockaddr_in6 names[ARRAY_LEN(all)];
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        names[i] = name_of(all[i]);
    sc_hold();

    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        struct sockaddr_in6 now = name_of(all[i]);
        CHECK(!memcmp(&now, &names[i], sizeof(now)), "socket %zu has another id or address", i);
    }
    SYS(getsockopt(chosen, IPPROTO_IP, IP_TTL, &got, &len));
    CHECK(got == ttl, "IP_TTL %d", got);
    SYS(setsockopt(chosen, IPPROTO_IP, IP_DROP_MEMBERSHIP, &m, sizeof(m)));
    ping(chosen, false, 5);
    ping(given, false, 6);
    ping(connected, true, 7);
    ping(fresh, false, 8);
    if (six >= 0)
        ping(six, true, 9);
    return sc_finish();
}
