/* Raw sockets of IPv4 and IPv6: bound, connected, new; options, filters; they hear and send as before. */
#include "selfcheck.h"
#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <poll.h>
#include <sys/socket.h>

/* Every raw socket of a protocol hears it: one that nobody has, and no other run of this program either. */
#define PROTOCOL (147 + (int)getpid() % 100)

/* Loopback addresses of our own: 127.0.0.N stands for one with our pid in it. */
static struct in_addr ip(const char *text)
{
    struct in_addr a;
    CHECK(inet_pton(AF_INET, text, &a) == 1, "%s", text);
    if (!strncmp(text, "127.0.0.", 8))
        a.s_addr |= htonl((uint32_t)getpid() % 0xffff << 8);
    return a;
}
static int raw(int domain, int protocol)
{
    int fd = socket(domain, SOCK_RAW, protocol);
    if (fd < 0 && errno == EPERM)
        sc_skip("raw sockets: %s", strerror(errno));
    if (fd < 0 && domain == AF_INET6)
        return -1;
    return SYS(fd);
}
static struct sockaddr_in name_of(int fd)
{
    struct sockaddr_in a;
    socklen_t len = sizeof(a);
    SYS(getsockname(fd, (struct sockaddr *)&a, &len));
    return a;
}
static void set(int fd, int level, int name, int value)
{
    SYS(setsockopt(fd, level, name, &value, sizeof(value)));
}
static int get(int fd, int level, int name)
{
    int value = -77;
    socklen_t len = sizeof(value);
    SYS(getsockopt(fd, level, name, &value, &len));
    return value;
}
static bool hears(int fd, const char *text, size_t header)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    char got[128];
    if (poll(&p, 1, text ? 10000 : 50) != 1)
        return false;
    ssize_t n = SYS(recv(fd, got, sizeof(got), 0));
    CHECK(text && n == (ssize_t)(header + strlen(text)), "%zd bytes arrive", n);
    return !memcmp(got + header, text, strlen(text));
}
static void send_to(int fd, const char *to, const void *bytes, size_t len)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = ip(to)};
    SYS(sendto(fd, bytes, len, 0, (struct sockaddr *)&a, sizeof(a)));
}
/* Lets in what begins with a k; an IPv4 header stands before it. */
static void attach(int fd)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 20),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 'k', 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0xffff),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    struct sock_fprog program = {ARRAY_LEN(code), code};
    SYS(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)));
}

static int box, picky, client, whole, icmp, group;
static int box6 = -1, client6 = -1, icmp6 = -1;

/* A whole packet, header and all, of the connected socket's peer. */
static void send_whole(const char *text)
{
    struct {
        struct iphdr h;
        char text[8];
    } packet = {.h = {.version = 4, .ihl = 5, .ttl = 9, .protocol = PROTOCOL}};
    packet.h.saddr = ip("127.0.0.9").s_addr;
    packet.h.daddr = ip("127.0.0.2").s_addr;
    strcpy(packet.text, text);
    send_to(whole, "127.0.0.2", &packet, sizeof(packet.h) + strlen(text));
}
static void echo(void)
{
    struct icmphdr question = {.type = ICMP_ECHO, .checksum = htons((uint16_t)~(ICMP_ECHO << 8))};
    struct pollfd p = {.fd = icmp, .events = POLLIN};
    char got[128];
    send_to(icmp, "127.0.0.3", &question, sizeof(question));
    CHECK(poll(&p, 1, 10000) == 1, "no answer");
    SYS(recv(icmp, got, sizeof(got), 0));
    CHECK(((struct icmphdr *)(got + 20))->type == ICMP_ECHOREPLY, "type %d", ((struct icmphdr *)(got + 20))->type);
    CHECK(hears(icmp, NULL, 0) == false, "the filter of ICMP types is lost");
}
static void work(void)
{
    CHECK(SYS(send(client, "kone", 4, 0)) == 4 && hears(box, "kone", 20), "from the connected one");
    CHECK(hears(picky, "kone", 20), "through the filter");
    SYS(send(client, "no", 2, 0));
    CHECK(hears(box, "no", 20) && !hears(picky, NULL, 0), "the filter is lost");
    send_whole("kwhole");
    CHECK(hears(box, "kwhole", 20) && hears(picky, "kwhole", 20), "a packet with a header of its own");
    CHECK(!hears(client, NULL, 0), "from who is not its peer");
    send_to(box, "127.0.0.4", "to it", 5);
    CHECK(hears(client, "to it", 20), "from its peer");
    echo();
    if (client6 >= 0) {
        SYS(send(client6, "ksix", 4, 0));
        char got[8];
        struct pollfd p = {.fd = box6, .events = POLLIN};
        CHECK(poll(&p, 1, 10000) == 1 && recv(box6, got, 8, 0) == 4, "IPv6");
        /* The checksum of offset 2 is put in. */
        CHECK(got[0] == 'k' && got[1] == 's' && (got[2] != 'i' || got[3] != 'x'), "no checksum");
    }
}

int main(int argc, char **argv)
{
    struct sockaddr_in a = {.sin_family = AF_INET}, peer = {.sin_family = AF_INET};
    struct sockaddr_in6 loopback6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    struct icmp_filter replies = {~(1u << ICMP_ECHOREPLY)}, has;
    struct icmp6_filter none, has6;
    struct ip_mreq m = {ip("239.255.77.3"), {htonl(INADDR_LOOPBACK)}};
    socklen_t len;
    sc_init(argc, argv);

    box = raw(AF_INET, PROTOCOL);
    a.sin_addr = ip("127.0.0.2");
    SYS(bind(box, (struct sockaddr *)&a, sizeof(a)));
    picky = raw(AF_INET, PROTOCOL);
    a.sin_addr = ip("127.0.0.2");
    SYS(bind(picky, (struct sockaddr *)&a, sizeof(a)));
    attach(picky);
    client = raw(AF_INET, PROTOCOL);
    a.sin_addr = ip("127.0.0.4");
    SYS(bind(client, (struct sockaddr *)&a, sizeof(a)));
    peer.sin_addr = ip("127.0.0.2");
    SYS(connect(client, (struct sockaddr *)&peer, sizeof(peer)));
    set(client, IPPROTO_IP, IP_TTL, 11);
    whole = raw(AF_INET, IPPROTO_RAW);
    icmp = raw(AF_INET, IPPROTO_ICMP);
    a.sin_addr = ip("127.0.0.3");
    SYS(bind(icmp, (struct sockaddr *)&a, sizeof(a)));
    SYS(setsockopt(icmp, SOL_RAW, ICMP_FILTER, &replies, sizeof(replies)));
    int included = raw(AF_INET, PROTOCOL), lo = raw(AF_INET, PROTOCOL), no_header = raw(AF_INET, IPPROTO_RAW);
    a.sin_addr = ip("127.0.0.77");
    SYS(bind(included, (struct sockaddr *)&a, sizeof(a)));
    SYS(bind(lo, (struct sockaddr *)&a, sizeof(a)));
    set(included, IPPROTO_IP, IP_HDRINCL, 1);
    set(no_header, IPPROTO_IP, IP_HDRINCL, 0);
    SYS(setsockopt(lo, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3));
    SYS(shutdown(lo, SHUT_RDWR) == -1 && errno != ENOTCONN ? -1 : 0);
    /* As protocols of other kinds of sockets, too. */
    int tcp = raw(AF_INET, IPPROTO_TCP), udp = raw(AF_INET, IPPROTO_UDP);
    SYS(bind(tcp, (struct sockaddr *)&a, sizeof(a)));
    SYS(bind(udp, (struct sockaddr *)&a, sizeof(a)));
    group = raw(AF_INET, PROTOCOL);
    a.sin_addr = ip("127.0.0.78");
    SYS(bind(group, (struct sockaddr *)&a, sizeof(a)));
    SYS(setsockopt(group, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, sizeof(m)));

    box6 = raw(AF_INET6, PROTOCOL);
    if (box6 >= 0 && bind(box6, (struct sockaddr *)&loopback6, sizeof(loopback6)) == 0) {
        client6 = raw(AF_INET6, PROTOCOL);
        SYS(connect(client6, (struct sockaddr *)&loopback6, sizeof(loopback6)));
        set(client6, IPPROTO_IPV6, IPV6_CHECKSUM, 2);
        set(client6, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
        icmp6 = raw(AF_INET6, IPPROTO_ICMPV6);
        ICMP6_FILTER_SETBLOCKALL(&none);
        SYS(setsockopt(icmp6, IPPROTO_ICMPV6, ICMP6_FILTER, &none, sizeof(none)));
        char got[8];
        while (recv(icmp6, got, sizeof(got), MSG_DONTWAIT) >= 0)
            ; /* what came before the filter */
    }
    struct sockaddr_in names[] = {name_of(box), name_of(client), name_of(whole), name_of(tcp)};
    work();
    while (client6 >= 0 && recv(client6, &has6, sizeof(has6), MSG_DONTWAIT) >= 0)
        ;
    sc_hold();

    work();
    int bound[] = {box, client, whole, tcp};
    for (size_t i = 0; i < ARRAY_LEN(bound); i++) {
        struct sockaddr_in now = name_of(bound[i]);
        CHECK(!memcmp(&now, &names[i], sizeof(now)), "socket %zu has another address", i);
    }
    CHECK(get(client, IPPROTO_IP, IP_TTL) == 11 && get(box, IPPROTO_IP, IP_TTL) != 11, "IP_TTL");
    CHECK(get(included, IPPROTO_IP, IP_HDRINCL) == 1 && get(box, IPPROTO_IP, IP_HDRINCL) == 0, "IP_HDRINCL");
    CHECK(get(no_header, IPPROTO_IP, IP_HDRINCL) == 0 && get(whole, IPPROTO_IP, IP_HDRINCL) == 1, "IPPROTO_RAW");
    CHECK(get(tcp, SOL_SOCKET, SO_PROTOCOL) == IPPROTO_TCP && get(udp, SOL_SOCKET, SO_TYPE) == SOCK_RAW, "protocol");
    len = sizeof(has);
    SYS(getsockopt(icmp, SOL_RAW, ICMP_FILTER, &has, &len));
    CHECK(has.data == replies.data, "ICMP_FILTER %x", has.data);
    char device[16] = "";
    len = sizeof(device);
    SYS(getsockopt(lo, SOL_SOCKET, SO_BINDTODEVICE, device, &len));
    CHECK(!strcmp(device, "lo"), "bound to device %s", device);
    struct pollfd p = {.fd = lo, .events = POLLRDHUP};
    CHECK(poll(&p, 1, 0) == 1 && p.revents == (POLLHUP | POLLRDHUP), "events %x", p.revents);
    SYS(setsockopt(group, IPPROTO_IP, IP_DROP_MEMBERSHIP, &m, sizeof(m)));
    if (icmp6 >= 0) {
        len = sizeof(has6);
        SYS(getsockopt(icmp6, IPPROTO_ICMPV6, ICMP6_FILTER, &has6, &len));
        CHECK(!memcmp(&has6, &none, sizeof(none)), "ICMP6_FILTER");
        CHECK(get(client6, IPPROTO_IPV6, IPV6_CHECKSUM) == 2 && get(box6, IPPROTO_IPV6, IPV6_CHECKSUM) == -1, "checksum");
        CHECK(get(icmp6, IPPROTO_IPV6, IPV6_CHECKSUM) == 2, "checksum of ICMPv6");
        CHECK(get(client6, IPPROTO_IPV6, IPV6_RECVHOPLIMIT) == 1, "IPV6_RECVHOPLIMIT");
    }
    return sc_finish();
}
