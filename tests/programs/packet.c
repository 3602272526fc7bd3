/* Packet sockets: raw and cooked, filters, options, memberships, a fanout group; they hear and send as before. */
#include "selfcheck.h"
#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/packet_diag.h>
#include <linux/sock_diag.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#define EXPERIMENT 0x88b5 /* for local experiments, IEEE 802; so is the next */

#ifndef PACKET_FANOUT_FLAG_IGNORE_OUTGOING
#define PACKET_FANOUT_FLAG_IGNORE_OUTGOING 0x4000
#endif

static int lo, udp, box, cooked, sender, exp_all, group[2];
static uint16_t tag, port;

static int opened(int type, int protocol, int ifindex)
{
    int fd = socket(AF_PACKET, type, 0);
    if (fd < 0 && (errno == EPERM || errno == EAFNOSUPPORT))
        sc_skip("packet sockets: %s", strerror(errno));
    SYS(fd);
    if (protocol || ifindex) {
        struct sockaddr_ll a = {.sll_family = AF_PACKET, .sll_protocol = htons((uint16_t)protocol), .sll_ifindex = ifindex};
        SYS(bind(fd, (struct sockaddr *)&a, sizeof(a)));
    }
    return fd;
}
/* Lets in what has a byte and a number of 16 bits at offsets; what came before is thrown away. */
static void attach(int fd, uint32_t byte_at, uint8_t byte, uint32_t at, uint16_t number)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, byte_at),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, byte, 0, 3),
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, at),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0xffff),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    struct sock_fprog program = {ARRAY_LEN(code), code};
    char dropped[1];
    SYS(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)));
    while (recv(fd, dropped, 1, MSG_DONTWAIT) >= 0)
        ;
}
static void set(int fd, int name, int value)
{
    SYS(setsockopt(fd, SOL_PACKET, name, &value, sizeof(value)));
}
static int get(int fd, int name)
{
    int value = -77;
    socklen_t len = sizeof(value);
    SYS(getsockopt(fd, SOL_PACKET, name, &value, &len));
    return value;
}
static void join(int fd, unsigned short type, unsigned short len)
{
    struct packet_mreq m = {lo, type, len, {0x01, 0x80, 0xc2, 0, 0, 0x0e}};
    SYS(setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &m, sizeof(m)));
}
/* The length of what comes in, 0 for nothing. */
static ssize_t hears(int fd, int msec, struct sockaddr_ll *from, char *bytes, size_t size)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    socklen_t len = sizeof(*from);
    return poll(&p, 1, msec) != 1 ? 0 : SYS(recvfrom(fd, bytes, size, 0, (struct sockaddr *)from, &len));
}
static void send_frame(int protocol)
{
    struct {
        struct ethhdr h;
        uint16_t tag;
        char text[46];
    } frame = {.h.h_proto = htons((uint16_t)protocol), .tag = htons(tag), .text = "experiment"};
    struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = lo, .sll_halen = ETH_ALEN};
    SYS(sendto(sender, &frame, sizeof(frame), 0, (struct sockaddr *)&to, sizeof(to)));
}
static void work(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct sockaddr_ll from;
    char got[2048];
    SYS(sendto(udp, "datagram", 8, 0, (struct sockaddr *)&to, sizeof(to)));
    CHECK(hears(box, 10000, &from, got, sizeof(got)) == 14 + 28 + 8, "the raw one hears nothing");
    CHECK(!memcmp(got + 42, "datagram", 8) && from.sll_ifindex == lo, "it hears something else");
    CHECK(from.sll_pkttype == PACKET_HOST && !hears(box, 50, &from, got, sizeof(got)), "it hears what goes out");
    /* Twice: as it goes out, and as it comes in. */
    bool out = false, in = false;
    for (int i = 0; i < 2; i++) {
        char control[128];
        struct iovec v = {got, sizeof(got)};
        struct msghdr m = {.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &v, .msg_iovlen = 1,
                           .msg_control = control, .msg_controllen = sizeof(control)};
        struct pollfd p = {.fd = cooked, .events = POLLIN};
        CHECK(poll(&p, 1, 10000) == 1 && SYS(recvmsg(cooked, &m, 0)) == 28 + 8, "the cooked one hears nothing");
        struct cmsghdr *c = CMSG_FIRSTHDR(&m);
        CHECK(c && c->cmsg_level == SOL_PACKET && c->cmsg_type == PACKET_AUXDATA, "no PACKET_AUXDATA");
        out |= from.sll_pkttype == PACKET_OUTGOING;
        in |= from.sll_pkttype == PACKET_HOST;
    }
    CHECK(out && in && !hears(cooked, 50, &from, got, sizeof(got)), "the cooked one does not hear both ways");
    SYS(recv(udp, got, sizeof(got), 0));

    send_frame(EXPERIMENT);
    CHECK(hears(exp_all, 10000, &from, got, sizeof(got)) == 62 && !strcmp(got + 16, "experiment"), "no frame");
    for (int i = 0; i < 4; i++)
        send_frame(EXPERIMENT + 1);
    for (int i = 0; i < 4; i++)
        CHECK(hears(group[i % 2], 10000, &from, got, sizeof(got)) == 62, "member %d of the group hears nothing", i % 2);
    CHECK(!hears(group[0], 50, &from, got, sizeof(got)) && !hears(group[1], 0, &from, got, sizeof(got)), "hears too much");
}
/* What the kernel says that a socket makes interfaces hear: how many entries, the sum of their counts. */
static void memberships(int fd, int *entries, int *counts, int *types)
{
    struct {
        struct nlmsghdr h;
        struct packet_diag_req r;
    } question = {{sizeof(question), SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_DUMP, 1, 0},
                  {.sdiag_family = AF_PACKET, .pdiag_show = PACKET_SHOW_MCLIST}};
    static char answer[65536];
    struct stat st;
    SYS(fstat(fd, &st));
    int diag = SYS(socket(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG));
    SYS(send(diag, &question, sizeof(question), 0));
    *entries = *counts = *types = 0;
    for (bool more = true; more;) {
        int n = (int)SYS(recv(diag, answer, sizeof(answer), 0));
        for (struct nlmsghdr *h = (struct nlmsghdr *)answer; NLMSG_OK(h, (unsigned)n); h = NLMSG_NEXT(h, n)) {
            CHECK(h->nlmsg_type != NLMSG_ERROR, "this kernel does not list packet sockets");
            more = h->nlmsg_type != NLMSG_DONE;
            struct packet_diag_msg *m = NLMSG_DATA(h);
            if (!more || m->pdiag_ino != st.st_ino)
                continue;
            struct nlattr *a = (struct nlattr *)(m + 1);
            CHECK(a->nla_type == PACKET_DIAG_MCLIST, "attribute %d", a->nla_type);
            for (struct packet_diag_mclist *l = (void *)(a + 1); (char *)(l + 1) <= (char *)a + a->nla_len; l++) {
                CHECK((int)l->pdmc_index == lo, "of interface %u", l->pdmc_index);
                ++*entries;
                *counts += (int)l->pdmc_count;
                *types |= 1 << l->pdmc_type;
            }
        }
    }
    SYS(close(diag));
}

int main(int argc, char **argv)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct sockaddr_ll names[4], now;
    socklen_t len = sizeof(a);
    int entries, counts, types;
    sc_init(argc, argv);
    lo = (int)if_nametoindex("lo");
    tag = (uint16_t)getpid();
    udp = SYS(socket(AF_INET, SOCK_DGRAM, 0));
    SYS(bind(udp, (struct sockaddr *)&a, sizeof(a)));
    SYS(getsockname(udp, (struct sockaddr *)&a, &len));
    port = ntohs(a.sin_port);

    box = opened(SOCK_RAW, ETH_P_ALL, lo);
    set(box, PACKET_IGNORE_OUTGOING, 1);
    attach(box, 23, IPPROTO_UDP, 36, port);
    cooked = opened(SOCK_DGRAM, ETH_P_ALL, lo); /* what goes out is heard by those of ETH_P_ALL alone */
    attach(cooked, 9, IPPROTO_UDP, 22, port);
    set(cooked, PACKET_AUXDATA, 1);
    sender = opened(SOCK_RAW, 0, 0);
    set(sender, PACKET_QDISC_BYPASS, 1);
    exp_all = opened(SOCK_RAW, EXPERIMENT, 0);
    attach(exp_all, 16, 'e', 14, tag);
    join(exp_all, PACKET_MR_PROMISC, 0);
    join(exp_all, PACKET_MR_PROMISC, 0);
    join(exp_all, PACKET_MR_ALLMULTI, 0);
    join(exp_all, PACKET_MR_MULTICAST, ETH_ALEN);
    for (int i = 0; i < 2; i++) {
        group[i] = opened(SOCK_RAW, EXPERIMENT + 1, lo);
        attach(group[i], 16, 'e', 14, tag);
        set(group[i], PACKET_FANOUT, tag | (PACKET_FANOUT_LB | PACKET_FANOUT_FLAG_IGNORE_OUTGOING) << 16);
    }
    int other = opened(SOCK_RAW, 0, lo);
    set(other, PACKET_VERSION, TPACKET_V3);
    set(other, PACKET_RESERVE, 16);
    set(other, PACKET_LOSS, 1);
    set(other, PACKET_COPY_THRESH, 99);
    set(other, PACKET_ORIGDEV, 1);
    set(other, PACKET_VNET_HDR, 1);
    set(other, PACKET_TIMESTAMP, 0x40);
    set(other, PACKET_TX_HAS_OFF, 1);
    int fresh = opened(SOCK_DGRAM, 0, 0);
    int all[] = {box, cooked, exp_all, other};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        memset(&names[i], 0, sizeof(names[i]));
        len = sizeof(names[i]);
        SYS(getsockname(all[i], (struct sockaddr *)&names[i], &len));
    }
    work();
    sc_hold();

    work();
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        memset(&now, 0, sizeof(now));
        len = sizeof(now);
        SYS(getsockname(all[i], (struct sockaddr *)&now, &len));
        CHECK(!memcmp(&now, &names[i], sizeof(now)), "socket %zu has another address", i);
    }
    CHECK(get(other, PACKET_VERSION) == TPACKET_V3 && get(fresh, PACKET_VERSION) == TPACKET_V1, "PACKET_VERSION");
    CHECK(get(other, PACKET_RESERVE) == 16 && get(other, PACKET_LOSS) == 1, "PACKET_RESERVE, PACKET_LOSS");
    CHECK(get(other, PACKET_COPY_THRESH) == 99 && get(other, PACKET_ORIGDEV) == 1, "PACKET_COPY_THRESH, PACKET_ORIGDEV");
    CHECK(get(other, PACKET_VNET_HDR) == 1 && get(other, PACKET_TIMESTAMP) == 0x40, "PACKET_VNET_HDR, PACKET_TIMESTAMP");
    CHECK(get(other, PACKET_TX_HAS_OFF) == 1 && get(fresh, PACKET_TX_HAS_OFF) == 0, "PACKET_TX_HAS_OFF");
    CHECK(get(sender, PACKET_QDISC_BYPASS) == 1 && get(box, PACKET_QDISC_BYPASS) == 0, "PACKET_QDISC_BYPASS");
    memberships(exp_all, &entries, &counts, &types);
    CHECK(entries == 3 && counts == 4 && types == 7, "%d memberships, %d in all, of types %x", entries, counts, types);
    memberships(box, &entries, &counts, &types);
    CHECK(entries == 0, "memberships that nobody wanted");
    return sc_finish();
}
