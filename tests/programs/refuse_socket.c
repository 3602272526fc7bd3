/*
 * refuse_socket STATUS MODE: sockets in states that ckpt must refuse at present; otherwise as refuse.c.
 */
#include "selfcheck.h"
#include <arpa/inet.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

static struct sockaddr_un address;
static socklen_t address_len;

/* An abstract name, ours alone. */
static void abstract(const char *what)
{
    memset(&address, 0, sizeof(address));
    address.sun_family = AF_UNIX;
    int n = snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, "ckpt/%d/%s", (int)getpid(), what);
    address_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n);
}
static int bound(int type)
{
    int fd = SYS(socket(AF_UNIX, type, 0));
    SYS(bind(fd, (struct sockaddr *)&address, address_len));
    return fd;
}
static int listening(void)
{
    abstract("listener");
    int fd = bound(SOCK_STREAM);
    SYS(listen(fd, 5));
    return fd;
}
static int connected(void)
{
    int fd = SYS(socket(AF_UNIX, SOCK_STREAM, 0));
    SYS(connect(fd, (struct sockaddr *)&address, address_len));
    return fd;
}

/* A process that is not our child holds one end, or both, until all ends of ours are closed. */
static void hand_out(int s[2], bool both)
{
    pid_t middle = SYS(fork());
    if (middle == 0) {
        if (fork() != 0)
            _exit(0);
        if (!both)
            close(s[0]);
        struct pollfd p = {.fd = s[1], .events = both ? POLLIN : 0};
        poll(&p, 1, -1);
        _exit(0);
    }
    SYS(waitpid(middle, NULL, 0));
}
static void m_unix_outside(void)
{
    int s[2];
    SYS(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
    hand_out(s, false);
    SYS(close(s[1]));
}

/* A process that is not our child has all that we have open now, as long as we live. */
static int bell[2];
static void outsider(void)
{
    SYS(pipe(bell));
    pid_t middle = SYS(fork());
    if (middle == 0) {
        pid_t target = getppid();
        if (fork() != 0)
            _exit(0);
        close(bell[0]);
        close(bell[1]);
        while (kill(target, 0) == 0 && !sc_go())
            sc_sleep_ns(20 * MSEC);
        _exit(0);
    }
    SYS(waitpid(middle, NULL, 0));
    SYS(close(bell[0]));
    SYS(close(bell[1]));
}
static int shared[2];
static void m_unix_shared(void)
{
    SYS(socketpair(AF_UNIX, SOCK_DGRAM, 0, shared));
    outsider();
}
static void m_unix_backlog(void)
{
    listening();
    connected();
}
/* Sends a descriptor through a new pair; it is in flight alone then. */
static void send_away(int fd)
{
    int s[2];
    union {
        struct cmsghdr h;
        char room[CMSG_SPACE(sizeof(int))];
    } control = {.h = {.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS}};
    struct iovec v = {"x", 1};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)};
    SYS(socketpair(AF_UNIX, SOCK_DGRAM, 0, s));
    SYS(send(s[0], "first", 5, 0));
    memcpy(CMSG_DATA(&control.h), &fd, sizeof(int));
    SYS(sendmsg(s[0], &m, 0));
    SYS(close(fd));
}
/* Datagrams in the queue of a socket that is in flight itself: more than one look can show. */
static void m_rights_queue(void)
{
    int s[2];
    SYS(socketpair(AF_UNIX, SOCK_DGRAM, 0, s));
    SYS(send(s[0], "one", 3, 0));
    send_away(s[1]);
}
static void m_rights_lease(void)
{
    char path[PATH_MAX];
    SYS(chdir(sc_dir(path)));
    SYS(close(SYS(open("leased", O_RDWR | O_CREAT, 0600))));
    int fd = SYS(open("leased", O_RDONLY));
    SYS(fcntl(fd, F_SETLEASE, F_RDLCK));
    send_away(fd);
}
static void m_rights_device(void)
{
    int fd = open("/dev/kmsg", O_RDONLY);
    if (fd < 0)
        sc_skip("/dev/kmsg: %s", strerror(errno));
    send_away(fd);
}
static void m_rights_shared(void)
{
    int fd = SYS(eventfd(3, EFD_NONBLOCK));
    outsider();
    send_away(fd);
}
static void m_unix_unlinked(void)
{
    char path[PATH_MAX];
    memset(&address, 0, sizeof(address));
    address.sun_family = AF_UNIX;
    address_len = sizeof(address);
    SYS(chdir(sc_dir(path)));
    strcpy(address.sun_path, "unlinked.socket");
    SYS(listen(bound(SOCK_STREAM), 1));
    SYS(unlink(address.sun_path));
}
static void m_unix_oob(void)
{
    int s[2];
    SYS(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
    if (send(s[0], "!", 1, MSG_OOB) < 0)
        sc_skip("MSG_OOB: %s", strerror(errno));
}
static void m_unix_peek_off(void)
{
    int s[2], off = 1;
    SYS(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
    SYS(send(s[0], "abc", 3, 0));
    SYS(setsockopt(s[1], SOL_SOCKET, SO_PEEK_OFF, &off, sizeof(off)));
}
/* r0 = 0; exit */
static void m_ebpf_filter(void)
{
    struct bpf_insn code[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K}, {.code = BPF_JMP | BPF_EXIT}};
    union bpf_attr load;
    int s[2];
    memset(&load, 0, sizeof(load));
    load.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
    load.insn_cnt = ARRAY_LEN(code);
    load.insns = (uintptr_t)code;
    load.license = (uintptr_t) "GPL";
    int program = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof(load));
    if (program < 0)
        sc_skip("bpf: %s", strerror(errno));
    SYS(socketpair(AF_UNIX, SOCK_DGRAM, 0, s));
    SYS(setsockopt(s[1], SOL_SOCKET, SO_ATTACH_BPF, &program, sizeof(program)));
    SYS(close(program));
}
static void m_netlink_queue(void)
{
    struct {
        struct nlmsghdr h;
        struct ifinfomsg i;
    } question = {{sizeof(question), RTM_GETLINK, NLM_F_REQUEST, 1, 0}, {.ifi_index = 1}};
    int fd = SYS(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
    SYS(send(fd, &question, sizeof(question), 0));
}
/* The end of a connection whose listening socket is closed: its name cannot be given again. */
static void m_unix_name(void)
{
    int listener = listening();
    connected();
    SYS(accept(listener, NULL, NULL));
    SYS(close(listener));
}
/* A datagram whose sender had a name and is gone. */
static void m_unix_sender_gone(void)
{
    abstract("sender");
    int sender = bound(SOCK_DGRAM);
    abstract("box");
    bound(SOCK_DGRAM);
    SYS(sendto(sender, "x", 1, 0, (struct sockaddr *)&address, address_len));
    SYS(close(sender));
}
/* The other end was closed with unread data in it: the next call says ECONNRESET, once. */
static void m_unix_error(void)
{
    int s[2];
    SYS(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
    SYS(send(s[0], "x", 1, 0));
    SYS(close(s[1]));
}


static struct sockaddr_in inet;
/* Bound to a free port of loopback. */
static int inet_bound(int type)
{
    socklen_t len = sizeof(inet);
    inet = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = SYS(socket(AF_INET, type, 0));
    SYS(bind(fd, (struct sockaddr *)&inet, sizeof(inet)));
    SYS(getsockname(fd, (struct sockaddr *)&inet, &len));
    return fd;
}
static int inet_connected(int type)
{
    int fd = SYS(socket(AF_INET, type, 0));
    SYS(connect(fd, (struct sockaddr *)&inet, sizeof(inet)));
    return fd;
}
static int tcp_listening(void)
{
    int fd = inet_bound(SOCK_STREAM);
    SYS(listen(fd, 3));
    return fd;
}
static void m_tcp_connection(void)
{
    int listener = tcp_listening();
    inet_connected(SOCK_STREAM);
    SYS(accept(listener, NULL, NULL));
}
static void m_tcp_backlog(void)
{
    int client, listener = tcp_listening();
    client = inet_connected(SOCK_STREAM);
    struct pollfd p = {.fd = listener, .events = POLLIN};
    SYS(poll(&p, 1, -1));
    SYS(close(client));
}
static void m_tcp_error(void)
{
    struct linger at_once = {1, 0};
    int listener = tcp_listening(), client = inet_connected(SOCK_STREAM), server = SYS(accept(listener, NULL, NULL));
    SYS(setsockopt(server, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)));
    SYS(close(server));
    struct pollfd p = {.fd = client};
    SYS(poll(&p, 1, -1));
}
static void udp_send_to(int box)
{
    SYS(sendto(box, "x", 1, 0, (struct sockaddr *)&inet, sizeof(inet)));
    struct pollfd p = {.fd = box, .events = POLLIN};
    SYS(poll(&p, 1, -1));
}
static void m_udp_group(void)
{
    struct ip_mreq group = {{inet_addr("239.255.77.1")}, {htonl(INADDR_LOOPBACK)}};
    int box = inet_bound(SOCK_DGRAM);
    SYS(close(box));
    inet.sin_addr = group.imr_multiaddr;
    box = SYS(socket(AF_INET, SOCK_DGRAM, 0));
    SYS(bind(box, (struct sockaddr *)&inet, sizeof(inet)));
    SYS(setsockopt(box, IPPROTO_IP, IP_MULTICAST_IF, &group.imr_interface, sizeof(group.imr_interface)));
    SYS(setsockopt(box, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof(group)));
    udp_send_to(box);
}
static void m_udp_reuse(void)
{
    int on = 1, box = inet_bound(SOCK_DGRAM), other = SYS(socket(AF_INET, SOCK_DGRAM, 0));
    SYS(setsockopt(box, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)));
    udp_send_to(box);
    SYS(setsockopt(other, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)));
    SYS(bind(other, (struct sockaddr *)&inet, sizeof(inet)));
}
static void m_udp_filter(void)
{
    struct sock_filter all = BPF_STMT(BPF_RET | BPF_K, 0xffff);
    struct sock_fprog program = {1, &all};
    int box = inet_bound(SOCK_DGRAM);
    udp_send_to(box);
    SYS(setsockopt(box, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)));
}
static void m_udp_corked(void)
{
    int on = 1;
    inet_bound(SOCK_DGRAM);
    int client = inet_connected(SOCK_DGRAM);
    SYS(setsockopt(client, IPPROTO_UDP, UDP_CORK, &on, sizeof(on)));
    SYS(send(client, "x", 1, 0));
}
static void m_raw_queue(void)
{
    const int experiments = 253; /* RFC 3692 */
    inet = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int box = socket(AF_INET, SOCK_RAW, experiments);
    if (box < 0)
        sc_skip("raw socket: %s", strerror(errno));
    udp_send_to(box);
}

static int packet_socket(void)
{
    struct sockaddr_ll a = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_LOOP), .sll_ifindex = 1};
    int fd = socket(AF_PACKET, SOCK_RAW, 0);
    if (fd < 0)
        sc_skip("packet socket: %s", strerror(errno));
    SYS(bind(fd, (struct sockaddr *)&a, sizeof(a)));
    return fd;
}
static void m_packet_ring(void)
{
    struct tpacket_req ring = {.tp_block_size = SC_PAGE, .tp_block_nr = 2, .tp_frame_size = SC_PAGE / 2, .tp_frame_nr = 4};
    int fd = packet_socket();
    SYS(setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &ring, sizeof(ring)));
    /* Not mapped: ckpt check would see that too, and a dump ends before it looks at mappings. */
}
static void m_packet_program(void)
{
    int group = (getpid() & 0xffff) | PACKET_FANOUT_CBPF << 16;
    SYS(setsockopt(packet_socket(), SOL_PACKET, PACKET_FANOUT, &group, sizeof(group)));
}

#define M(name) {#name, m_##name}
static const struct {
    const char *name;
    void (*set_up)(void);
} modes[] = {
    M(unix_outside), M(unix_shared), M(unix_backlog), M(unix_unlinked), M(rights_queue),
    M(rights_lease), M(rights_device), M(rights_shared), M(unix_oob), M(unix_peek_off), M(ebpf_filter), M(netlink_queue), M(udp_filter), M(unix_name), M(unix_sender_gone), M(unix_error),
    M(tcp_connection), M(tcp_backlog), M(tcp_error), M(udp_group), M(udp_reuse), M(udp_corked), M(raw_queue),
    M(packet_ring), M(packet_program),
};

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    for (size_t i = 0; argc > 2 && i < ARRAY_LEN(modes); i++) {
        if (!strcmp(argv[2], modes[i].name)) {
            modes[i].set_up();
            sc_hold();
            return sc_finish();
        }
    }
    return 2;
}
