/* Netlink sockets: new, bound, connected, with groups and options; they ask and hear as before. */
#include "selfcheck.h"
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#ifndef SOL_NETLINK
#define SOL_NETLINK 270
#endif

static int opened(int protocol, uint32_t groups)
{
    struct sockaddr_nl a = {.nl_family = AF_NETLINK, .nl_groups = groups};
    int fd = SYS(socket(AF_NETLINK, SOCK_RAW, protocol));
    SYS(bind(fd, (struct sockaddr *)&a, sizeof(a)));
    return fd;
}
static struct sockaddr_nl name_of(int fd, bool peer)
{
    struct sockaddr_nl a;
    socklen_t len = sizeof(a);
    SYS(peer ? getpeername(fd, (struct sockaddr *)&a, &len) : getsockname(fd, (struct sockaddr *)&a, &len));
    return a;
}
static bool hears(int fd, unsigned group)
{
    uint32_t groups[8] = {0};
    socklen_t len = sizeof(groups);
    SYS(getsockopt(fd, SOL_NETLINK, NETLINK_LIST_MEMBERSHIPS, groups, &len));
    return groups[(group - 1) / 32] >> (group - 1) % 32 & 1;
}
static int get(int fd, int name)
{
    int value = 0;
    socklen_t len = sizeof(value);
    SYS(getsockopt(fd, SOL_NETLINK, name, &value, &len));
    return value;
}
/* Asks for the loopback interface; the answer says whose question it is. */
static void ask(int fd, uint32_t seq)
{
    struct {
        struct nlmsghdr h;
        struct ifinfomsg i;
    } question = {{sizeof(question), RTM_GETLINK, NLM_F_REQUEST, seq, 0}, {.ifi_index = 1}};
    char answer[8192];
    SYS(send(fd, &question, sizeof(question), 0));
    CHECK(recv(fd, answer, sizeof(answer), 0) > (ssize_t)sizeof(struct nlmsghdr), "no answer");
    struct nlmsghdr *h = (struct nlmsghdr *)answer;
    CHECK(h->nlmsg_type == RTM_NEWLINK && h->nlmsg_seq == seq, "answer %d to %u", h->nlmsg_type, h->nlmsg_seq);
    CHECK(h->nlmsg_pid == name_of(fd, false).nl_pid, "the answer is for port %u", h->nlmsg_pid);
}

int main(int argc, char **argv)
{
    int on = 1, far = RTNLGRP_NSID;
    sc_init(argc, argv);
    int fresh = SYS(socket(AF_NETLINK, SOCK_DGRAM, NETLINK_ROUTE));
    int unused[] = {SYS(socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC)), socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT)};
    int one = opened(NETLINK_ROUTE, 0), two = opened(NETLINK_ROUTE, RTMGRP_IPV4_ROUTE | RTMGRP_NOTIFY);
    int events = opened(NETLINK_KOBJECT_UEVENT, 2), diag = opened(NETLINK_SOCK_DIAG, 0);
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK, .nl_groups = RTMGRP_NOTIFY};
    SYS(setsockopt(two, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &far, sizeof(far)));
    bool beyond = setsockopt(two, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &(int){33}, sizeof(int)) == 0;
    struct sockaddr_nl names[4] = {name_of(one, false), name_of(two, false), name_of(events, false), name_of(diag, false)};
    SYS(setsockopt(one, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on)));
    SYS(setsockopt(two, SOL_NETLINK, NETLINK_PKTINFO, &on, sizeof(on)));
    if (geteuid() == 0)
        SYS(connect(diag, (struct sockaddr *)&kernel, sizeof(kernel)));
    struct sockaddr_nl peer = name_of(diag, true);
    ask(one, 1);
    sc_hold();

    int bound[4] = {one, two, events, diag};
    for (int i = 0; i < 4; i++) {
        struct sockaddr_nl a = name_of(bound[i], false);
        CHECK(!memcmp(&a, &names[i], sizeof(a)), "socket %d: port %u groups %x, not %u %x", i, a.nl_pid, a.nl_groups,
              names[i].nl_pid, names[i].nl_groups);
    }
    CHECK(name_of(fresh, false).nl_pid == 0, "the new one is bound");
    for (int i = 0; i < 2; i++) {
        int protocol;
        socklen_t len = sizeof(protocol);
        if (unused[i] < 0)
            continue; /* a kernel without auditing */
        SYS(getsockopt(unused[i], SOL_SOCKET, SO_PROTOCOL, &protocol, &len));
        CHECK(protocol == (i ? NETLINK_AUDIT : NETLINK_GENERIC), "protocol %d", protocol);
        CHECK(name_of(unused[i], false).nl_pid == 0, "unused one %d is bound", i);
    }
    CHECK(name_of(diag, true).nl_groups == peer.nl_groups, "connected to groups %x", name_of(diag, true).nl_groups);
    CHECK(hears(two, RTNLGRP_IPV4_ROUTE) && hears(two, RTNLGRP_NSID) && !hears(two, RTNLGRP_TC), "groups");
    CHECK(hears(two, 33) == beyond && !hears(one, RTNLGRP_NSID), "groups beyond");
    CHECK(get(one, NETLINK_EXT_ACK) == 1 && get(two, NETLINK_EXT_ACK) == 0, "NETLINK_EXT_ACK");
    CHECK(get(two, NETLINK_PKTINFO) == 1 && get(one, NETLINK_PKTINFO) == 0, "NETLINK_PKTINFO");
    ask(one, 2);
    ask(fresh, 3);
    return sc_finish();
}
