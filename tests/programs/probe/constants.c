// Prints every constant, offset and size of the kernel's and the C library's headers that our Java classes repeat, as
// Class.FIELD=VALUE, or "Class.FIELD missing" where these headers are too old to have it. ConstantsLiveTest compiles,
// runs and compares. It is no program that checks itself: build.sh leaves this folder alone.
//
// NB: the kernel's own headers, wherever both have a name: the C library's O_LARGEFILE is 0.
#define _GNU_SOURCE
#include <stddef.h>
#include <stdio.h>
#include <signal.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <time.h>

#include <asm/errno.h>
#include <asm/ioctls.h>
#include <asm/prctl.h>
#include <asm/termbits.h>
#include <asm/termios.h>
#include <asm/unistd.h>
#include <linux/capability.h>
#include <linux/elf.h>
#include <linux/eventpoll.h>
#include <linux/fcntl.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <linux/inotify.h>
#include <linux/ioprio.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/if.h>
#include <linux/if_packet.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/kcmp.h>
#include <linux/membarrier.h>
#include <linux/memfd.h>
#include <linux/mman.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/packet_diag.h>
#include <linux/prctl.h>
#include <linux/ptrace.h>
#include <linux/rseq.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/sched.h>
// The C library's sched.h, which spawn.h includes, has a struct of the same name.
#define sched_param kernel_sched_param
#include <linux/sched/types.h>
#undef sched_param
#include <linux/securebits.h>
#include <linux/sock_diag.h>
#include <linux/sockios.h>
#include <linux/shm.h>
#include <linux/stat.h>
#include <linux/timerfd.h>
#include <linux/tty.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <linux/unix_diag.h>
#include <linux/userfaultfd.h>
#include <linux/version.h>
#include <linux/wait.h>

#ifdef PAGEMAP_SCAN
#define HAS_PAGEMAP_SCAN
#endif
#ifdef PTRACE_GET_RSEQ_CONFIGURATION
#define HAS_RSEQ_CONFIGURATION
#endif

// What a header of a kernel that we run on may be too old for; those of the kernel itself stand in no header at all.
#define LACKING (-0x6c61636bLL)
#ifndef ERESTARTSYS
#define ERESTARTSYS LACKING
#endif
#ifndef ERESTARTNOINTR
#define ERESTARTNOINTR LACKING
#endif
#ifndef ERESTARTNOHAND
#define ERESTARTNOHAND LACKING
#endif
#ifndef ERESTART_RESTARTBLOCK
#define ERESTART_RESTARTBLOCK LACKING
#endif
#ifndef PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG
#define PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG LACKING
#endif
#ifndef PTRACE_GET_RSEQ_CONFIGURATION
#define PTRACE_GET_RSEQ_CONFIGURATION LACKING
#endif
#ifndef PR_SET_MDWE
#define PR_SET_MDWE LACKING
#define PR_MDWE_REFUSE_EXEC_GAIN LACKING
#endif
#ifndef PR_SET_MEMORY_MERGE
#define PR_SET_MEMORY_MERGE LACKING
#endif
#ifndef PR_GET_MDWE
#define PR_GET_MDWE LACKING
#endif
#ifndef PR_GET_MEMORY_MERGE
#define PR_GET_MEMORY_MERGE LACKING
#endif
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE LACKING
#endif
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL LACKING
#endif
#ifndef MAP_DROPPABLE
#define MAP_DROPPABLE LACKING
#endif
#ifndef __NR_mseal
#define __NR_mseal LACKING
#endif
#ifndef MFD_EXEC
#define MFD_EXEC LACKING
#endif
#ifndef PAGEMAP_SCAN
#define PAGEMAP_SCAN LACKING
#endif
#ifndef PAGE_IS_WRITTEN
#define PAGE_IS_WRITTEN LACKING
#endif
#ifndef PM_SCAN_WP_MATCHING
#define PM_SCAN_WP_MATCHING LACKING
#endif
#ifndef PM_SCAN_CHECK_WPASYNC
#define PM_SCAN_CHECK_WPASYNC LACKING
#endif
#ifndef UFFD_FEATURE_WP_ASYNC
#define UFFD_FEATURE_WP_ASYNC LACKING
#endif
#ifndef UFFD_FEATURE_MOVE
#define UFFD_FEATURE_MOVE LACKING
#endif
#ifndef UFFDIO_MOVE
#define UFFDIO_MOVE LACKING
#endif
#ifndef PAGE_IS_FILE
#define PAGE_IS_FILE LACKING
#endif
#ifndef PAGE_IS_PRESENT
#define PAGE_IS_PRESENT LACKING
#endif
#ifndef PAGE_IS_SWAPPED
#define PAGE_IS_SWAPPED LACKING
#endif
#ifndef PAGE_IS_PFNZERO
#define PAGE_IS_PFNZERO LACKING
#endif
#ifndef PR_THP_DISABLE_EXCEPT_ADVISED
#define PR_THP_DISABLE_EXCEPT_ADVISED LACKING
#endif
#ifndef PR_TIMER_CREATE_RESTORE_IDS
#define PR_TIMER_CREATE_RESTORE_IDS LACKING
#endif
#ifndef PR_SET_VMA
#define PR_SET_VMA LACKING
#endif
#ifndef PR_SET_VMA_ANON_NAME
#define PR_SET_VMA_ANON_NAME LACKING
#endif
#ifndef PR_GET_IO_FLUSHER
#define PR_GET_IO_FLUSHER LACKING
#endif
#ifndef CAP_CHECKPOINT_RESTORE
#define CAP_CHECKPOINT_RESTORE LACKING
#endif
#ifndef __NR_close_range
#define __NR_close_range LACKING
#endif
#ifndef __NR_epoll_pwait2
#define __NR_epoll_pwait2 LACKING
#endif
#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE LACKING
#endif
#ifndef __NR_pidfd_getfd
#define __NR_pidfd_getfd LACKING
#endif
#ifndef CLONE_ARGS_SIZE_VER2
#define CLONE_ARGS_SIZE_VER2 LACKING
#endif
#ifndef SO_BUF_LOCK
#define SO_BUF_LOCK LACKING
#endif
#ifndef SO_TXREHASH
#define SO_TXREHASH LACKING
#endif
#ifndef SO_RCVMARK
#define SO_RCVMARK LACKING
#endif
#ifndef SO_PASSPIDFD
#define SO_PASSPIDFD LACKING
#endif
#ifndef SO_PASSRIGHTS
#define SO_PASSRIGHTS LACKING
#endif
#ifndef SCM_SECURITY
#define SCM_SECURITY LACKING
#endif
#ifndef SCM_PIDFD
#define SCM_PIDFD LACKING
#endif
#ifndef SO_PREFER_BUSY_POLL
#define SO_PREFER_BUSY_POLL LACKING
#endif
#ifndef PACKET_VNET_HDR_SZ
#define PACKET_VNET_HDR_SZ LACKING
#endif
#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE LACKING
#endif
#ifndef IPV6_RECVFRAGSIZE
#define IPV6_RECVFRAGSIZE LACKING
#endif
#ifndef TCP_TX_DELAY
#define TCP_TX_DELAY LACKING
#endif
#ifndef IPV6_MULTICAST_ALL
#define IPV6_MULTICAST_ALL LACKING
#endif
#ifndef UDP_GRO
#define UDP_GRO LACKING
#endif
#ifndef UDP_SEGMENT
#define UDP_SEGMENT LACKING
#endif
#ifndef UDPLITE_SEND_CSCOV
#define UDPLITE_SEND_CSCOV LACKING
#endif
#ifndef UDPLITE_RECV_CSCOV
#define UDPLITE_RECV_CSCOV LACKING
#endif

#define VALUE(name, value) print(name, (long long)(value))
#define MISSING(name) print(name, LACKING)

static void print(const char *name, long long value)
{
    if (value == LACKING)
        printf("%s missing\n", name);
    else
        printf("%s=%lld\n", name, value);
}

int main(void)
{
    // asm-generic/socket.h, sys/socket.h and linux/sock_diag.h
    VALUE("Socket.AF_UNIX", AF_UNIX);
    VALUE("Socket.AF_INET", AF_INET);
    VALUE("Socket.AF_INET6", AF_INET6);
    VALUE("Socket.AF_NETLINK", AF_NETLINK);
    VALUE("Socket.AF_PACKET", AF_PACKET);
    VALUE("Socket.SOCK_STREAM", SOCK_STREAM);
    VALUE("Socket.SOCK_DGRAM", SOCK_DGRAM);
    VALUE("Socket.SOCK_RAW", SOCK_RAW);
    VALUE("Socket.SOCK_SEQPACKET", SOCK_SEQPACKET);
    VALUE("Socket.SHUT_RD", SHUT_RD);
    VALUE("Socket.SHUT_WR", SHUT_WR);
    VALUE("Socket.SHUT_RDWR", SHUT_RDWR);
    VALUE("Socket.MSG_OOB", MSG_OOB);
    VALUE("Socket.MSG_PEEK", MSG_PEEK);
    VALUE("Socket.MSG_CTRUNC", MSG_CTRUNC);
    VALUE("Socket.MSG_TRUNC", MSG_TRUNC);
    VALUE("Socket.MSG_DONTWAIT", MSG_DONTWAIT);
    VALUE("Socket.MSG_NOSIGNAL", MSG_NOSIGNAL);
    VALUE("Socket.MSG_CMSG_CLOEXEC", MSG_CMSG_CLOEXEC);
    VALUE("Socket.SCM_RIGHTS", SCM_RIGHTS);
    VALUE("Socket.SCM_CREDENTIALS", SCM_CREDENTIALS);
    VALUE("Socket.SCM_SECURITY", SCM_SECURITY);
    VALUE("Socket.SCM_PIDFD", SCM_PIDFD);
    VALUE("Socket.SOL_SOCKET", SOL_SOCKET);
    VALUE("Socket.SO_REUSEADDR", SO_REUSEADDR);
    VALUE("Socket.SO_TYPE", SO_TYPE);
    VALUE("Socket.SO_ERROR", SO_ERROR);
    VALUE("Socket.SO_DONTROUTE", SO_DONTROUTE);
    VALUE("Socket.SO_BROADCAST", SO_BROADCAST);
    VALUE("Socket.SO_SNDBUF", SO_SNDBUF);
    VALUE("Socket.SO_RCVBUF", SO_RCVBUF);
    VALUE("Socket.SO_KEEPALIVE", SO_KEEPALIVE);
    VALUE("Socket.SO_OOBINLINE", SO_OOBINLINE);
    VALUE("Socket.SO_NO_CHECK", SO_NO_CHECK);
    VALUE("Socket.SO_PRIORITY", SO_PRIORITY);
    VALUE("Socket.SO_LINGER", SO_LINGER);
    VALUE("Socket.SO_REUSEPORT", SO_REUSEPORT);
    VALUE("Socket.SO_PASSCRED", SO_PASSCRED);
    VALUE("Socket.SO_PEERCRED", SO_PEERCRED);
    VALUE("Socket.SO_RCVLOWAT", SO_RCVLOWAT);
    VALUE("Socket.SO_RCVTIMEO", SO_RCVTIMEO);
    VALUE("Socket.SO_SNDTIMEO", SO_SNDTIMEO);
    VALUE("Socket.SO_BINDTODEVICE", SO_BINDTODEVICE);
    VALUE("Socket.SO_ATTACH_FILTER", SO_ATTACH_FILTER);
    VALUE("Socket.SO_GET_FILTER", SO_GET_FILTER);
    VALUE("Socket.SO_ATTACH_FILTER", SO_ATTACH_FILTER);
    VALUE("Socket.SO_DETACH_FILTER", SO_DETACH_FILTER);
    VALUE("Socket.SO_TIMESTAMP", SO_TIMESTAMP);
    VALUE("Socket.SO_ACCEPTCONN", SO_ACCEPTCONN);
    VALUE("Socket.SO_SNDBUFFORCE", SO_SNDBUFFORCE);
    VALUE("Socket.SO_RCVBUFFORCE", SO_RCVBUFFORCE);
    VALUE("Socket.SO_PASSSEC", SO_PASSSEC);
    VALUE("Socket.SO_TIMESTAMPNS", SO_TIMESTAMPNS);
    VALUE("Socket.SO_MARK", SO_MARK);
    VALUE("Socket.SO_TIMESTAMPING", SO_TIMESTAMPING);
    VALUE("Socket.SO_PROTOCOL", SO_PROTOCOL);
    VALUE("Socket.SO_DOMAIN", SO_DOMAIN);
    VALUE("Socket.SO_RXQ_OVFL", SO_RXQ_OVFL);
    VALUE("Socket.SO_WIFI_STATUS", SO_WIFI_STATUS);
    VALUE("Socket.SO_PEEK_OFF", SO_PEEK_OFF);
    VALUE("Socket.SO_COOKIE", SO_COOKIE);
    VALUE("Socket.SO_NOFCS", SO_NOFCS);
    VALUE("Socket.SO_LOCK_FILTER", SO_LOCK_FILTER);
    VALUE("Socket.SO_SELECT_ERR_QUEUE", SO_SELECT_ERR_QUEUE);
    VALUE("Socket.SO_BUSY_POLL", SO_BUSY_POLL);
    VALUE("Socket.SO_MAX_PACING_RATE", SO_MAX_PACING_RATE);
    VALUE("Socket.SO_INCOMING_CPU", SO_INCOMING_CPU);
    VALUE("Socket.SO_MEMINFO", SO_MEMINFO);
    VALUE("Socket.SO_ZEROCOPY", SO_ZEROCOPY);
    VALUE("Socket.SO_TXTIME", SO_TXTIME);
    VALUE("Socket.SO_TIMESTAMP_NEW", SO_TIMESTAMP_NEW);
    VALUE("Socket.SO_TIMESTAMPNS_NEW", SO_TIMESTAMPNS_NEW);
    VALUE("Socket.SO_TIMESTAMPING_NEW", SO_TIMESTAMPING_NEW);
    VALUE("Socket.SO_PREFER_BUSY_POLL", SO_PREFER_BUSY_POLL);
    VALUE("Socket.SO_BUF_LOCK", SO_BUF_LOCK);
    VALUE("Socket.SO_TXREHASH", SO_TXREHASH);
    VALUE("Socket.SO_RCVMARK", SO_RCVMARK);
    VALUE("Socket.SO_PASSPIDFD", SO_PASSPIDFD);
    VALUE("Socket.SO_PASSRIGHTS", SO_PASSRIGHTS);
    // linux/in.h, linux/in6.h, linux/ipv6.h, linux/tcp.h, linux/udp.h
    VALUE("Netinet.IPPROTO_IP", IPPROTO_IP);
    VALUE("Netinet.IPPROTO_TCP", IPPROTO_TCP);
    VALUE("Netinet.IPPROTO_UDP", IPPROTO_UDP);
    VALUE("Netinet.IPPROTO_IPV6", IPPROTO_IPV6);
    VALUE("Netinet.IPPROTO_UDPLITE", IPPROTO_UDPLITE);
    VALUE("Netinet.IPPROTO_RAW", IPPROTO_RAW);
    VALUE("Netinet.IP_TOS", IP_TOS);
    VALUE("Netinet.IP_TTL", IP_TTL);
    VALUE("Netinet.IP_OPTIONS", IP_OPTIONS);
    VALUE("Netinet.IP_RECVOPTS", IP_RECVOPTS);
    VALUE("Netinet.IP_RETOPTS", IP_RETOPTS);
    VALUE("Netinet.IP_PKTINFO", IP_PKTINFO);
    VALUE("Netinet.IP_MTU_DISCOVER", IP_MTU_DISCOVER);
    VALUE("Netinet.IP_RECVERR", IP_RECVERR);
    VALUE("Netinet.IP_RECVTTL", IP_RECVTTL);
    VALUE("Netinet.IP_RECVTOS", IP_RECVTOS);
    VALUE("Netinet.IP_FREEBIND", IP_FREEBIND);
    VALUE("Netinet.IP_PASSSEC", IP_PASSSEC);
    VALUE("Netinet.IP_TRANSPARENT", IP_TRANSPARENT);
    VALUE("Netinet.IP_RECVORIGDSTADDR", IP_RECVORIGDSTADDR);
    VALUE("Netinet.IP_MINTTL", IP_MINTTL);
    VALUE("Netinet.IP_CHECKSUM", IP_CHECKSUM);
    VALUE("Netinet.IP_BIND_ADDRESS_NO_PORT", IP_BIND_ADDRESS_NO_PORT);
    VALUE("Netinet.IP_RECVFRAGSIZE", IP_RECVFRAGSIZE);
    VALUE("Netinet.IP_MULTICAST_IF", IP_MULTICAST_IF);
    VALUE("Netinet.IP_MULTICAST_TTL", IP_MULTICAST_TTL);
    VALUE("Netinet.IP_MULTICAST_LOOP", IP_MULTICAST_LOOP);
    VALUE("Netinet.MCAST_JOIN_GROUP", MCAST_JOIN_GROUP);
    VALUE("Netinet.MCAST_MSFILTER", MCAST_MSFILTER);
    VALUE("Netinet.IP_MULTICAST_ALL", IP_MULTICAST_ALL);
    VALUE("Netinet.IP_UNICAST_IF", IP_UNICAST_IF);
    VALUE("Netinet.IP_LOCAL_PORT_RANGE", IP_LOCAL_PORT_RANGE);
    VALUE("Netinet.IPV6_UNICAST_HOPS", IPV6_UNICAST_HOPS);
    VALUE("Netinet.IPV6_MULTICAST_IF", IPV6_MULTICAST_IF);
    VALUE("Netinet.IPV6_MULTICAST_HOPS", IPV6_MULTICAST_HOPS);
    VALUE("Netinet.IPV6_MULTICAST_LOOP", IPV6_MULTICAST_LOOP);
    VALUE("Netinet.IPV6_MTU_DISCOVER", IPV6_MTU_DISCOVER);
    VALUE("Netinet.IPV6_RECVERR", IPV6_RECVERR);
    VALUE("Netinet.IPV6_V6ONLY", IPV6_V6ONLY);
    VALUE("Netinet.IPV6_MULTICAST_ALL", IPV6_MULTICAST_ALL);
    VALUE("Netinet.IPV6_RECVPKTINFO", IPV6_RECVPKTINFO);
    VALUE("Netinet.IPV6_PKTINFO", IPV6_PKTINFO);
    VALUE("Netinet.IPV6_RECVHOPLIMIT", IPV6_RECVHOPLIMIT);
    VALUE("Netinet.IPV6_HOPLIMIT", IPV6_HOPLIMIT);
    VALUE("Netinet.IPV6_DONTFRAG", IPV6_DONTFRAG);
    VALUE("Netinet.IPV6_RECVTCLASS", IPV6_RECVTCLASS);
    VALUE("Netinet.IPV6_TCLASS", IPV6_TCLASS);
    VALUE("Netinet.IPV6_AUTOFLOWLABEL", IPV6_AUTOFLOWLABEL);
    VALUE("Netinet.IPV6_ADDR_PREFERENCES", IPV6_ADDR_PREFERENCES);
    VALUE("Netinet.IPV6_MINHOPCOUNT", IPV6_MINHOPCOUNT);
    VALUE("Netinet.IPV6_RECVORIGDSTADDR", IPV6_RECVORIGDSTADDR);
    VALUE("Netinet.IPV6_TRANSPARENT", IPV6_TRANSPARENT);
    VALUE("Netinet.IPV6_UNICAST_IF", IPV6_UNICAST_IF);
    VALUE("Netinet.IPV6_RECVFRAGSIZE", IPV6_RECVFRAGSIZE);
    VALUE("Netinet.IPV6_FREEBIND", IPV6_FREEBIND);
    VALUE("Netinet.IPPROTO_ICMP", IPPROTO_ICMP);
    VALUE("Netinet.IPPROTO_IGMP", IPPROTO_IGMP);
    VALUE("Netinet.IPPROTO_ICMPV6", IPPROTO_ICMPV6);
    VALUE("Netinet.IP_HDRINCL", IP_HDRINCL);
    VALUE("Netinet.IP_NODEFRAG", IP_NODEFRAG);
    VALUE("Netinet.IP_RECVERR_RFC4884", IP_RECVERR_RFC4884);
    VALUE("Netinet.IPV6_2292PKTINFO", IPV6_2292PKTINFO);
    VALUE("Netinet.IPV6_2292HOPOPTS", IPV6_2292HOPOPTS);
    VALUE("Netinet.IPV6_2292DSTOPTS", IPV6_2292DSTOPTS);
    VALUE("Netinet.IPV6_2292RTHDR", IPV6_2292RTHDR);
    VALUE("Netinet.IPV6_CHECKSUM", IPV6_CHECKSUM);
    VALUE("Netinet.IPV6_2292HOPLIMIT", IPV6_2292HOPLIMIT);
    VALUE("Netinet.IPV6_ROUTER_ALERT", IPV6_ROUTER_ALERT);
    VALUE("Netinet.IPV6_RECVERR_RFC4884", IPV6_RECVERR_RFC4884);
    VALUE("Netinet.IPV6_FLOWINFO_SEND", IPV6_FLOWINFO_SEND);
    VALUE("Netinet.IPV6_HDRINCL", IPV6_HDRINCL);
    VALUE("Netinet.IPV6_RECVHOPOPTS", IPV6_RECVHOPOPTS);
    VALUE("Netinet.IPV6_RECVRTHDR", IPV6_RECVRTHDR);
    VALUE("Netinet.IPV6_RECVDSTOPTS", IPV6_RECVDSTOPTS);
    VALUE("Netinet.IPV6_RECVPATHMTU", IPV6_RECVPATHMTU);
    VALUE("Netinet.SOL_RAW", SOL_RAW);
    VALUE("Netinet.ICMP_FILTER", ICMP_FILTER);
    VALUE("Netinet.ICMPV6_FILTER", ICMPV6_FILTER);
    VALUE("Netinet.TCP_NODELAY", TCP_NODELAY);
    VALUE("Netinet.TCP_MAXSEG", TCP_MAXSEG);
    VALUE("Netinet.TCP_CORK", TCP_CORK);
    VALUE("Netinet.TCP_KEEPIDLE", TCP_KEEPIDLE);
    VALUE("Netinet.TCP_KEEPINTVL", TCP_KEEPINTVL);
    VALUE("Netinet.TCP_KEEPCNT", TCP_KEEPCNT);
    VALUE("Netinet.TCP_SYNCNT", TCP_SYNCNT);
    VALUE("Netinet.TCP_LINGER2", TCP_LINGER2);
    VALUE("Netinet.TCP_DEFER_ACCEPT", TCP_DEFER_ACCEPT);
    VALUE("Netinet.TCP_WINDOW_CLAMP", TCP_WINDOW_CLAMP);
    VALUE("Netinet.TCP_INFO", TCP_INFO);
    VALUE("Netinet.TCP_CONGESTION", TCP_CONGESTION);
    VALUE("Netinet.TCP_THIN_LINEAR_TIMEOUTS", TCP_THIN_LINEAR_TIMEOUTS);
    VALUE("Netinet.TCP_USER_TIMEOUT", TCP_USER_TIMEOUT);
    VALUE("Netinet.TCP_REPAIR", TCP_REPAIR);
    VALUE("Netinet.TCP_REPAIR_QUEUE", TCP_REPAIR_QUEUE);
    VALUE("Netinet.TCP_QUEUE_SEQ", TCP_QUEUE_SEQ);
    VALUE("Netinet.TCP_REPAIR_OPTIONS", TCP_REPAIR_OPTIONS);
    VALUE("Netinet.TCP_TIMESTAMP", TCP_TIMESTAMP);
    VALUE("Netinet.TCP_REPAIR_WINDOW", TCP_REPAIR_WINDOW);
    VALUE("Netinet.TCP_ULP", TCP_ULP);
    VALUE("Netinet.TCP_REPAIR_ON", TCP_REPAIR_ON);
    VALUE("Netinet.TCP_REPAIR_OFF", TCP_REPAIR_OFF);
    VALUE("Netinet.TCP_REPAIR_OFF_NO_WP", TCP_REPAIR_OFF_NO_WP);
    VALUE("Netinet.TCP_NO_QUEUE", TCP_NO_QUEUE);
    VALUE("Netinet.TCP_RECV_QUEUE", TCP_RECV_QUEUE);
    VALUE("Netinet.TCP_SEND_QUEUE", TCP_SEND_QUEUE);
    VALUE("Netinet.TCP_REPAIR_WINDOW_BYTES", sizeof(struct tcp_repair_window));
    VALUE("Netinet.TCP_FASTOPEN", TCP_FASTOPEN);
    VALUE("Netinet.TCP_NOTSENT_LOWAT", TCP_NOTSENT_LOWAT);
    VALUE("Netinet.TCP_SAVE_SYN", TCP_SAVE_SYN);
    VALUE("Netinet.TCP_FASTOPEN_CONNECT", TCP_FASTOPEN_CONNECT);
    VALUE("Netinet.TCP_FASTOPEN_NO_COOKIE", TCP_FASTOPEN_NO_COOKIE);
    VALUE("Netinet.TCP_INQ", TCP_INQ);
    VALUE("Netinet.TCP_TX_DELAY", TCP_TX_DELAY);
    VALUE("Netinet.UDP_CORK", UDP_CORK);
    VALUE("Netinet.UDP_ENCAP", UDP_ENCAP);
    VALUE("Netinet.UDP_NO_CHECK6_TX", UDP_NO_CHECK6_TX);
    VALUE("Netinet.UDP_NO_CHECK6_RX", UDP_NO_CHECK6_RX);
    VALUE("Netinet.UDP_SEGMENT", UDP_SEGMENT);
    VALUE("Netinet.UDP_GRO", UDP_GRO);
    VALUE("Netinet.UDPLITE_SEND_CSCOV", UDPLITE_SEND_CSCOV);
    VALUE("Netinet.UDPLITE_RECV_CSCOV", UDPLITE_RECV_CSCOV);
    VALUE("literal.tcp_info.tcpi_options", offsetof(struct tcp_info, tcpi_options));
    VALUE("literal.tcp_info.tcpi_unacked", offsetof(struct tcp_info, tcpi_unacked));
    VALUE("literal.tcp_info.tcpi_sacked", offsetof(struct tcp_info, tcpi_sacked));
    VALUE("Sockets.SOCKADDR_BYTES", sizeof(struct sockaddr_storage));
    VALUE("Sockets.MSGHDR_BYTES", sizeof(struct msghdr));
    VALUE("Sockets.CREDENTIALS_BYTES", CMSG_SPACE(sizeof(struct ucred)));
    VALUE("ControlMessage.HEADER_BYTES", sizeof(struct cmsghdr));
    VALUE("Sockets.IOVEC_BYTES", sizeof(struct iovec));
    VALUE("Sockets.FIONREAD", FIONREAD);
    VALUE("Sockets.POLLIN", POLLIN);
    VALUE("Sockets.POLLPRI", POLLPRI);
    VALUE("Sockets.POLLERR", POLLERR);
    VALUE("Sockets.POLLRDHUP", POLLRDHUP);
    VALUE("literal.msghdr.msg_namelen", offsetof(struct msghdr, msg_namelen));
    VALUE("literal.msghdr.msg_iov", offsetof(struct msghdr, msg_iov));
    VALUE("literal.msghdr.msg_iovlen", offsetof(struct msghdr, msg_iovlen));
    VALUE("literal.msghdr.msg_control", offsetof(struct msghdr, msg_control));
    VALUE("literal.msghdr.msg_controllen", offsetof(struct msghdr, msg_controllen));
    VALUE("literal.msghdr.msg_flags", offsetof(struct msghdr, msg_flags));
    VALUE("NetDevice.SIOCGIFNAME", SIOCGIFNAME);
    VALUE("NetDevice.SIOCGIFINDEX", SIOCGIFINDEX);
    VALUE("NetDevice.IFNAMSIZ", IFNAMSIZ);
    VALUE("NetDevice.IFREQ_BYTES", sizeof(struct ifreq));
    VALUE("Netlink.NETLINK_ROUTE", NETLINK_ROUTE);
    VALUE("Netlink.NETLINK_SOCK_DIAG", NETLINK_SOCK_DIAG);
    VALUE("Netlink.NETLINK_KOBJECT_UEVENT", NETLINK_KOBJECT_UEVENT);
    VALUE("Netlink.SOL_NETLINK", SOL_NETLINK);
    VALUE("Netlink.NETLINK_ADD_MEMBERSHIP", NETLINK_ADD_MEMBERSHIP);
    VALUE("Netlink.NETLINK_PKTINFO", NETLINK_PKTINFO);
    VALUE("Netlink.NETLINK_BROADCAST_ERROR", NETLINK_BROADCAST_ERROR);
    VALUE("Netlink.NETLINK_NO_ENOBUFS", NETLINK_NO_ENOBUFS);
    VALUE("Netlink.NETLINK_LISTEN_ALL_NSID", NETLINK_LISTEN_ALL_NSID);
    VALUE("Netlink.NETLINK_LIST_MEMBERSHIPS", NETLINK_LIST_MEMBERSHIPS);
    VALUE("Netlink.NETLINK_CAP_ACK", NETLINK_CAP_ACK);
    VALUE("Netlink.NETLINK_EXT_ACK", NETLINK_EXT_ACK);
    VALUE("Netlink.NETLINK_GET_STRICT_CHK", NETLINK_GET_STRICT_CHK);
    VALUE("GroupFilter.GF_GROUP", offsetof(struct group_filter, gf_group));
    VALUE("GroupFilter.GF_FMODE", offsetof(struct group_filter, gf_fmode));
    VALUE("GroupFilter.GF_NUMSRC", offsetof(struct group_filter, gf_numsrc));
    VALUE("GroupFilter.GF_SLIST", GROUP_FILTER_SIZE(0));
    VALUE("GroupFilter.STORAGE_BYTES", sizeof(struct sockaddr_storage));
    VALUE("UdpDiag.REQUEST_BYTES", sizeof(struct inet_diag_req_v2));
    VALUE("UdpDiag.MESSAGE_BYTES", sizeof(struct inet_diag_msg));
    VALUE("UdpDiag.SPORT", offsetof(struct inet_diag_msg, id.idiag_sport));
    VALUE("UdpDiag.INODE", offsetof(struct inet_diag_msg, idiag_inode));
    VALUE("UdpDiag.INET_DIAG_SHUTDOWN", INET_DIAG_SHUTDOWN);
    VALUE("Packet.SOL_PACKET", SOL_PACKET);
    VALUE("Packet.PACKET_ADD_MEMBERSHIP", PACKET_ADD_MEMBERSHIP);
    VALUE("Packet.PACKET_COPY_THRESH", PACKET_COPY_THRESH);
    VALUE("Packet.PACKET_AUXDATA", PACKET_AUXDATA);
    VALUE("Packet.PACKET_ORIGDEV", PACKET_ORIGDEV);
    VALUE("Packet.PACKET_VERSION", PACKET_VERSION);
    VALUE("Packet.PACKET_RESERVE", PACKET_RESERVE);
    VALUE("Packet.PACKET_LOSS", PACKET_LOSS);
    VALUE("Packet.PACKET_VNET_HDR", PACKET_VNET_HDR);
    VALUE("Packet.PACKET_TIMESTAMP", PACKET_TIMESTAMP);
    VALUE("Packet.PACKET_FANOUT", PACKET_FANOUT);
    VALUE("Packet.PACKET_TX_HAS_OFF", PACKET_TX_HAS_OFF);
    VALUE("Packet.PACKET_QDISC_BYPASS", PACKET_QDISC_BYPASS);
    VALUE("Packet.PACKET_IGNORE_OUTGOING", PACKET_IGNORE_OUTGOING);
    VALUE("Packet.PACKET_VNET_HDR_SZ", PACKET_VNET_HDR_SZ);
    VALUE("Packet.PACKET_FANOUT_CBPF", PACKET_FANOUT_CBPF);
    VALUE("Packet.PACKET_FANOUT_EBPF", PACKET_FANOUT_EBPF);
    VALUE("Packet.MREQ_BYTES", offsetof(struct packet_mreq, mr_address) + 32);
    VALUE("Packet.MREQ_ADDRESS", offsetof(struct packet_mreq, mr_address));
    VALUE("Packet.SOCKADDR_LL_BYTES", sizeof(struct sockaddr_ll));
    VALUE("PacketDiag.REQUEST_BYTES", sizeof(struct packet_diag_req));
    VALUE("PacketDiag.MESSAGE_BYTES", sizeof(struct packet_diag_msg));
    VALUE("PacketDiag.INO", offsetof(struct packet_diag_msg, pdiag_ino));
    VALUE("PacketDiag.SHOW", offsetof(struct packet_diag_req, pdiag_show));
    VALUE("PacketDiag.SHOW_INFO_MCLIST_RING_CFG_FANOUT",
          PACKET_SHOW_INFO | PACKET_SHOW_MCLIST | PACKET_SHOW_RING_CFG | PACKET_SHOW_FANOUT);
    VALUE("PacketDiag.PACKET_DIAG_INFO", PACKET_DIAG_INFO);
    VALUE("PacketDiag.PACKET_DIAG_MCLIST", PACKET_DIAG_MCLIST);
    VALUE("PacketDiag.PACKET_DIAG_RX_RING", PACKET_DIAG_RX_RING);
    VALUE("PacketDiag.PACKET_DIAG_TX_RING", PACKET_DIAG_TX_RING);
    VALUE("PacketDiag.PACKET_DIAG_FANOUT", PACKET_DIAG_FANOUT);
    VALUE("PacketDiag.PDI_FLAGS", offsetof(struct packet_diag_info, pdi_flags));
    VALUE("PacketDiag.PDI_RUNNING", PDI_RUNNING);
    VALUE("PacketDiag.PDMC_BYTES", sizeof(struct packet_diag_mclist));
    VALUE("PacketDiag.PDMC_COUNT", offsetof(struct packet_diag_mclist, pdmc_count));
    VALUE("PacketDiag.PDMC_TYPE", offsetof(struct packet_diag_mclist, pdmc_type));
    VALUE("PacketDiag.PDMC_ALEN", offsetof(struct packet_diag_mclist, pdmc_alen));
    VALUE("PacketDiag.PDMC_ADDR", offsetof(struct packet_diag_mclist, pdmc_addr));
    VALUE("SockDiag.SOCK_DIAG_BY_FAMILY", SOCK_DIAG_BY_FAMILY);
    VALUE("SockDiag.NLM_F_REQUEST", NLM_F_REQUEST);
    VALUE("SockDiag.NLM_F_DUMP", NLM_F_DUMP);
    VALUE("SockDiag.NLMSG_ERROR", NLMSG_ERROR);
    VALUE("SockDiag.NLMSG_DONE", NLMSG_DONE);
    VALUE("SockDiag.HEADER_BYTES", sizeof(struct nlmsghdr));
    VALUE("UnixDiag.REQUEST_BYTES", sizeof(struct unix_diag_req));
    VALUE("UnixDiag.MESSAGE_BYTES", sizeof(struct unix_diag_msg));
    VALUE("UnixDiag.SHOW_NAME_VFS_PEER_RQLEN",
          UDIAG_SHOW_NAME | UDIAG_SHOW_VFS | UDIAG_SHOW_PEER | UDIAG_SHOW_RQLEN);
    VALUE("UnixDiag.UNIX_DIAG_NAME", UNIX_DIAG_NAME);
    VALUE("UnixDiag.UNIX_DIAG_VFS", UNIX_DIAG_VFS);
    VALUE("UnixDiag.UNIX_DIAG_PEER", UNIX_DIAG_PEER);
    VALUE("UnixDiag.UNIX_DIAG_RQLEN", UNIX_DIAG_RQLEN);
    VALUE("UnixDiag.UNIX_DIAG_SHUTDOWN", UNIX_DIAG_SHUTDOWN);
    VALUE("literal.unix_diag_req.udiag_states", offsetof(struct unix_diag_req, udiag_states));
    VALUE("literal.unix_diag_req.udiag_show", offsetof(struct unix_diag_req, udiag_show));
    VALUE("literal.unix_diag_msg.udiag_state", offsetof(struct unix_diag_msg, udiag_state));
    VALUE("literal.unix_diag_msg.udiag_ino", offsetof(struct unix_diag_msg, udiag_ino));

    // asm/errno.h
    VALUE("Errno.EPERM", EPERM);
    VALUE("Errno.ENOENT", ENOENT);
    VALUE("Errno.ESRCH", ESRCH);
    VALUE("Errno.EINTR", EINTR);
    VALUE("Errno.EIO", EIO);
    VALUE("Errno.ENXIO", ENXIO);
    VALUE("Errno.EBADF", EBADF);
    VALUE("Errno.ECHILD", ECHILD);
    VALUE("Errno.EAGAIN", EAGAIN);
    VALUE("Errno.ENOMEM", ENOMEM);
    VALUE("Errno.EACCES", EACCES);
    VALUE("Errno.EFAULT", EFAULT);
    VALUE("Errno.EBUSY", EBUSY);
    VALUE("Errno.EEXIST", EEXIST);
    VALUE("Errno.EXDEV", EXDEV);
    VALUE("Errno.ENODEV", ENODEV);
    VALUE("Errno.ENOTDIR", ENOTDIR);
    VALUE("Errno.EISDIR", EISDIR);
    VALUE("Errno.EINVAL", EINVAL);
    VALUE("Errno.ENFILE", ENFILE);
    VALUE("Errno.EMFILE", EMFILE);
    VALUE("Errno.ENOTTY", ENOTTY);
    VALUE("Errno.EFBIG", EFBIG);
    VALUE("Errno.ENOSPC", ENOSPC);
    VALUE("Errno.ESPIPE", ESPIPE);
    VALUE("Errno.EROFS", EROFS);
    VALUE("Errno.EPIPE", EPIPE);
    VALUE("Errno.ENAMETOOLONG", ENAMETOOLONG);
    VALUE("Errno.ENOSYS", ENOSYS);
    VALUE("Errno.ENOTEMPTY", ENOTEMPTY);
    VALUE("Errno.ELOOP", ELOOP);
    VALUE("Errno.ENODATA", ENODATA);
    VALUE("Errno.EBADMSG", EBADMSG);
    VALUE("Errno.EMSGSIZE", EMSGSIZE);
    VALUE("Errno.ENOPROTOOPT", ENOPROTOOPT);
    VALUE("Errno.ENOKEY", ENOKEY);
    VALUE("Errno.EOPNOTSUPP", EOPNOTSUPP);
    VALUE("Errno.EADDRINUSE", EADDRINUSE);
    VALUE("Errno.EADDRNOTAVAIL", EADDRNOTAVAIL);
    VALUE("Errno.ENETUNREACH", ENETUNREACH);
    VALUE("Errno.ECONNRESET", ECONNRESET);
    VALUE("Errno.ENOTCONN", ENOTCONN);
    VALUE("Errno.ETIMEDOUT", ETIMEDOUT);
    VALUE("Errno.EDQUOT", EDQUOT);
    VALUE("Errno.ERESTARTSYS", ERESTARTSYS);
    VALUE("Errno.ERESTARTNOINTR", ERESTARTNOINTR);
    VALUE("Errno.ERESTARTNOHAND", ERESTARTNOHAND);
    VALUE("Errno.ERESTART_RESTARTBLOCK", ERESTART_RESTARTBLOCK);

    // linux/fcntl.h
    VALUE("Fcntl.O_RDONLY", O_RDONLY);
    VALUE("Fcntl.O_WRONLY", O_WRONLY);
    VALUE("Fcntl.O_RDWR", O_RDWR);
    VALUE("Fcntl.O_ACCMODE", O_ACCMODE);
    VALUE("Fcntl.O_CREAT", O_CREAT);
    VALUE("Fcntl.O_EXCL", O_EXCL);
    VALUE("Fcntl.O_NOCTTY", O_NOCTTY);
    VALUE("Fcntl.O_TRUNC", O_TRUNC);
    VALUE("Fcntl.O_APPEND", O_APPEND);
    VALUE("Fcntl.O_NONBLOCK", O_NONBLOCK);
    VALUE("Fcntl.O_DSYNC", O_DSYNC);
    VALUE("Fcntl.FASYNC", FASYNC);
    VALUE("Fcntl.O_DIRECT", O_DIRECT);
    VALUE("Fcntl.O_LARGEFILE", O_LARGEFILE);
    VALUE("Fcntl.O_DIRECTORY", O_DIRECTORY);
    VALUE("Fcntl.O_NOFOLLOW", O_NOFOLLOW);
    VALUE("Fcntl.O_NOATIME", O_NOATIME);
    VALUE("Fcntl.O_CLOEXEC", O_CLOEXEC);
    VALUE("Fcntl.AT_REMOVEDIR", AT_REMOVEDIR);
    VALUE("Fcntl.O_SYNC", O_SYNC);
    VALUE("Fcntl.O_PATH", O_PATH);
    VALUE("Fcntl.O_TMPFILE", O_TMPFILE);
    VALUE("Fcntl.AT_FDCWD", AT_FDCWD);
    VALUE("Fcntl.AT_SYMLINK_NOFOLLOW", AT_SYMLINK_NOFOLLOW);
    VALUE("Fcntl.AT_SYMLINK_FOLLOW", AT_SYMLINK_FOLLOW);
    VALUE("Fcntl.AT_EMPTY_PATH", AT_EMPTY_PATH);
    VALUE("Fcntl.F_DUPFD", F_DUPFD);
    VALUE("Fcntl.F_GETFD", F_GETFD);
    VALUE("Fcntl.F_SETFD", F_SETFD);
    VALUE("Fcntl.F_GETFL", F_GETFL);
    VALUE("Fcntl.F_SETFL", F_SETFL);
    VALUE("Fcntl.F_SETLK", F_SETLK);
    VALUE("Fcntl.F_SETOWN", F_SETOWN);
    VALUE("Fcntl.F_GETOWN", F_GETOWN);
    VALUE("Fcntl.F_SETSIG", F_SETSIG);
    VALUE("Fcntl.F_GETSIG", F_GETSIG);
    VALUE("Fcntl.F_SETOWN_EX", F_SETOWN_EX);
    VALUE("Fcntl.F_GETOWN_EX", F_GETOWN_EX);
    VALUE("Fcntl.F_OFD_SETLK", F_OFD_SETLK);
    VALUE("Fcntl.F_SETLEASE", F_SETLEASE);
    VALUE("Fcntl.F_GETLEASE", F_GETLEASE);
    VALUE("Fcntl.F_DUPFD_CLOEXEC", F_DUPFD_CLOEXEC);
    VALUE("Fcntl.F_SETPIPE_SZ", F_SETPIPE_SZ);
    VALUE("Fcntl.F_GETPIPE_SZ", F_GETPIPE_SZ);
    VALUE("Fcntl.F_ADD_SEALS", F_ADD_SEALS);
    VALUE("Fcntl.F_GET_SEALS", F_GET_SEALS);
    VALUE("Fcntl.LOCK_SH", LOCK_SH);
    VALUE("Fcntl.LOCK_EX", LOCK_EX);
    VALUE("Fcntl.LOCK_NB", LOCK_NB);
    VALUE("Fcntl.FD_CLOEXEC", FD_CLOEXEC);
    VALUE("Fcntl.SEEK_SET", SEEK_SET);
    VALUE("Fcntl.SEEK_CUR", SEEK_CUR);
    VALUE("Fcntl.SEEK_END", SEEK_END);
    VALUE("Fcntl.SEEK_DATA", SEEK_DATA);
    VALUE("Fcntl.SEEK_HOLE", SEEK_HOLE);

    // linux/ptrace.h, linux/elf.h, linux/wait.h
    VALUE("Ptrace.PEEKUSR", 3); /* PTRACE_PEEKUSER in sys/ptrace.h */
    VALUE("Ptrace.GET_THREAD_AREA", 25); /* asm/ptrace-abi.h */
    VALUE("Ptrace.USER_DR7", offsetof(struct user, u_debugreg[7]));
    VALUE("Ptrace.NT_386_IOPERM", NT_386_IOPERM);
    VALUE("Ptrace.CONT", PTRACE_CONT);
    VALUE("Ptrace.KILL", PTRACE_KILL);
    VALUE("Ptrace.DETACH", PTRACE_DETACH);
    VALUE("Ptrace.SYSCALL", PTRACE_SYSCALL);
    VALUE("Ptrace.SETOPTIONS", PTRACE_SETOPTIONS);
    VALUE("Ptrace.GETEVENTMSG", PTRACE_GETEVENTMSG);
    VALUE("Ptrace.GETSIGINFO", PTRACE_GETSIGINFO);
    VALUE("Ptrace.GETREGSET", PTRACE_GETREGSET);
    VALUE("Ptrace.SETREGSET", PTRACE_SETREGSET);
    VALUE("Ptrace.SEIZE", PTRACE_SEIZE);
    VALUE("Ptrace.INTERRUPT", PTRACE_INTERRUPT);
    VALUE("Ptrace.LISTEN", PTRACE_LISTEN);
    VALUE("Ptrace.PEEKSIGINFO", PTRACE_PEEKSIGINFO);
    VALUE("Ptrace.GETSIGMASK", PTRACE_GETSIGMASK);
    VALUE("Ptrace.SETSIGMASK", PTRACE_SETSIGMASK);
    VALUE("Ptrace.SECCOMP_GET_FILTER", PTRACE_SECCOMP_GET_FILTER);
    VALUE("Ptrace.SECCOMP_GET_METADATA", PTRACE_SECCOMP_GET_METADATA);
    VALUE("Ptrace.GET_SYSCALL_INFO", PTRACE_GET_SYSCALL_INFO);
    VALUE("Ptrace.GET_RSEQ_CONFIGURATION", PTRACE_GET_RSEQ_CONFIGURATION);
    VALUE("Ptrace.GET_SYSCALL_USER_DISPATCH_CONFIG", PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG);
    VALUE("Ptrace.O_TRACESYSGOOD", PTRACE_O_TRACESYSGOOD);
    VALUE("Ptrace.O_TRACEFORK", PTRACE_O_TRACEFORK);
    VALUE("Ptrace.O_TRACEVFORK", PTRACE_O_TRACEVFORK);
    VALUE("Ptrace.O_TRACECLONE", PTRACE_O_TRACECLONE);
    VALUE("Ptrace.O_TRACEEXEC", PTRACE_O_TRACEEXEC);
    VALUE("Ptrace.O_SUSPEND_SECCOMP", PTRACE_O_SUSPEND_SECCOMP);
    VALUE("Ptrace.O_EXITKILL", PTRACE_O_EXITKILL);
    VALUE("Ptrace.EVENT_FORK", PTRACE_EVENT_FORK);
    VALUE("Ptrace.EVENT_VFORK", PTRACE_EVENT_VFORK);
    VALUE("Ptrace.EVENT_CLONE", PTRACE_EVENT_CLONE);
    VALUE("Ptrace.EVENT_EXEC", PTRACE_EVENT_EXEC);
    VALUE("Ptrace.EVENT_STOP", PTRACE_EVENT_STOP);
    VALUE("Ptrace.NT_PRSTATUS", NT_PRSTATUS);
    VALUE("Ptrace.NT_X86_XSTATE", NT_X86_XSTATE);
    VALUE("Ptrace.PEEKSIGINFO_SHARED", PTRACE_PEEKSIGINFO_SHARED);
    VALUE("Ptrace.WNOHANG", WNOHANG);
    VALUE("Ptrace.WUNTRACED", WUNTRACED);
    VALUE("Ptrace.WCONTINUED", WCONTINUED);
    VALUE("Ptrace.WALL", __WALL);
    VALUE("Ptrace.SIGINFO_BYTES", sizeof(siginfo_t));

    // signal.h
    VALUE("Signals.SIGHUP", SIGHUP);
    VALUE("Signals.SIGINT", SIGINT);
    VALUE("Signals.SIGQUIT", SIGQUIT);
    VALUE("Signals.SIGTRAP", SIGTRAP);
    VALUE("Signals.SIGKILL", SIGKILL);
    VALUE("Signals.SIGUSR1", SIGUSR1);
    VALUE("Signals.SIGILL", SIGILL);
    VALUE("Signals.SIGBUS", SIGBUS);
    VALUE("Signals.SIGFPE", SIGFPE);
    VALUE("Signals.SIGSYS", SIGSYS);
    VALUE("Signals.SIGSEGV", SIGSEGV);
    VALUE("Signals.SIGUSR2", SIGUSR2);
    VALUE("Signals.SIGALRM", SIGALRM);
    VALUE("Signals.SIGTERM", SIGTERM);
    VALUE("Signals.SIGCHLD", SIGCHLD);
    VALUE("Signals.SIGCONT", SIGCONT);
    VALUE("Signals.SIGSTOP", SIGSTOP);
    VALUE("Signals.SIGTSTP", SIGTSTP);
    VALUE("Signals.SIGTTIN", SIGTTIN);
    VALUE("Signals.SIGTTOU", SIGTTOU);
    VALUE("Signals.SIGURG", SIGURG);
    VALUE("Signals.SIGWINCH", SIGWINCH);
    VALUE("Signals.NSIG", _NSIG - 1);

    // asm/unistd.h
    VALUE("SyscallNumbers.READ", __NR_read);
    VALUE("SyscallNumbers.WRITE", __NR_write);
    VALUE("SyscallNumbers.OPEN", __NR_open);
    VALUE("SyscallNumbers.CLOSE", __NR_close);
    VALUE("SyscallNumbers.FSTAT", __NR_fstat);
    VALUE("SyscallNumbers.POLL", __NR_poll);
    VALUE("SyscallNumbers.LSEEK", __NR_lseek);
    VALUE("SyscallNumbers.MMAP", __NR_mmap);
    VALUE("SyscallNumbers.MPROTECT", __NR_mprotect);
    VALUE("SyscallNumbers.MUNMAP", __NR_munmap);
    VALUE("SyscallNumbers.BRK", __NR_brk);
    VALUE("SyscallNumbers.RT_SIGACTION", __NR_rt_sigaction);
    VALUE("SyscallNumbers.RT_SIGPROCMASK", __NR_rt_sigprocmask);
    VALUE("SyscallNumbers.RT_SIGRETURN", __NR_rt_sigreturn);
    VALUE("SyscallNumbers.IOCTL", __NR_ioctl);
    VALUE("SyscallNumbers.PREAD64", __NR_pread64);
    VALUE("SyscallNumbers.PWRITE64", __NR_pwrite64);
    VALUE("SyscallNumbers.READV", __NR_readv);
    VALUE("SyscallNumbers.PIPE", __NR_pipe);
    VALUE("SyscallNumbers.SELECT", __NR_select);
    VALUE("SyscallNumbers.SCHED_YIELD", __NR_sched_yield);
    VALUE("SyscallNumbers.MREMAP", __NR_mremap);
    VALUE("SyscallNumbers.MADVISE", __NR_madvise);
    VALUE("SyscallNumbers.SHMGET", __NR_shmget);
    VALUE("SyscallNumbers.SHMAT", __NR_shmat);
    VALUE("SyscallNumbers.SHMCTL", __NR_shmctl);
    VALUE("SyscallNumbers.SHMDT", __NR_shmdt);
    VALUE("SyscallNumbers.FALLOCATE", __NR_fallocate);
    VALUE("Numbers.SHMCTL", __NR_shmctl);
    VALUE("SysvIpc.IPC_PRIVATE", IPC_PRIVATE);
    VALUE("SysvIpc.IPC_CREAT", IPC_CREAT);
    VALUE("SysvIpc.IPC_EXCL", IPC_EXCL);
    VALUE("SysvIpc.IPC_RMID", IPC_RMID);
    VALUE("SysvIpc.IPC_SET", IPC_SET);
    VALUE("SysvIpc.SHM_RDONLY", SHM_RDONLY);
    VALUE("SysvIpc.SHM_LOCK", SHM_LOCK);
    VALUE("SysvIpc.SHMID_DS_BYTES", sizeof(struct shmid64_ds));
    VALUE("SysvIpc.PERM_UID", offsetof(struct shmid64_ds, shm_perm.uid));
    VALUE("SysvIpc.PERM_GID", offsetof(struct shmid64_ds, shm_perm.gid));
    VALUE("SysvIpc.PERM_MODE", offsetof(struct shmid64_ds, shm_perm.mode));
    VALUE("SysvSegments.FALLOC_FL_PUNCH_HOLE_KEEP_SIZE", FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE);
    VALUE("SysvAttachments.MREMAP_MAYMOVE_FIXED", MREMAP_MAYMOVE | MREMAP_FIXED);
    VALUE("SyscallNumbers.DUP", __NR_dup);
    VALUE("SyscallNumbers.DUP2", __NR_dup2);
    VALUE("SyscallNumbers.PAUSE", __NR_pause);
    VALUE("SyscallNumbers.NANOSLEEP", __NR_nanosleep);
    VALUE("SyscallNumbers.GETITIMER", __NR_getitimer);
    VALUE("SyscallNumbers.SETITIMER", __NR_setitimer);
    VALUE("SyscallNumbers.GETPID", __NR_getpid);
    VALUE("SyscallNumbers.SENDFILE", __NR_sendfile);
    VALUE("SyscallNumbers.SOCKET", __NR_socket);
    VALUE("SyscallNumbers.CONNECT", __NR_connect);
    VALUE("SyscallNumbers.ACCEPT", __NR_accept);
    VALUE("SyscallNumbers.SENDTO", __NR_sendto);
    VALUE("SyscallNumbers.RECVFROM", __NR_recvfrom);
    VALUE("SyscallNumbers.SENDMSG", __NR_sendmsg);
    VALUE("SyscallNumbers.RECVMSG", __NR_recvmsg);
    VALUE("SyscallNumbers.SHUTDOWN", __NR_shutdown);
    VALUE("SyscallNumbers.BIND", __NR_bind);
    VALUE("SyscallNumbers.LISTEN", __NR_listen);
    VALUE("SyscallNumbers.SOCKETPAIR", __NR_socketpair);
    VALUE("SyscallNumbers.SETSOCKOPT", __NR_setsockopt);
    VALUE("SyscallNumbers.GETSOCKOPT", __NR_getsockopt);
    VALUE("SyscallNumbers.GETSOCKNAME", __NR_getsockname);
    VALUE("SyscallNumbers.EXIT", __NR_exit);
    VALUE("SyscallNumbers.WAIT4", __NR_wait4);
    VALUE("SyscallNumbers.KILL", __NR_kill);
    VALUE("SyscallNumbers.SEMOP", __NR_semop);
    VALUE("SyscallNumbers.MSGSND", __NR_msgsnd);
    VALUE("SyscallNumbers.MSGRCV", __NR_msgrcv);
    VALUE("SyscallNumbers.FCNTL", __NR_fcntl);
    VALUE("SyscallNumbers.MOUNT", __NR_mount);
    VALUE("SyscallNumbers.FLOCK", __NR_flock);
    VALUE("SyscallNumbers.FTRUNCATE", __NR_ftruncate);
    VALUE("SyscallNumbers.FCHMOD", __NR_fchmod);
    VALUE("SyscallNumbers.CHDIR", __NR_chdir);
    VALUE("SyscallNumbers.UNLINK", __NR_unlink);
    VALUE("SyscallNumbers.CHMOD", __NR_chmod);
    VALUE("SyscallNumbers.CHOWN", __NR_chown);
    VALUE("SyscallNumbers.FCHOWN", __NR_fchown);
    VALUE("SyscallNumbers.UTIMENSAT", __NR_utimensat);
    VALUE("GhostFiles.UTIME_OMIT", UTIME_OMIT);
    VALUE("SyscallNumbers.RENAMEAT2", __NR_renameat2);
    VALUE("EmbeddedFiles.RENAME_NOREPLACE", RENAME_NOREPLACE);
    VALUE("Files.X_OK", X_OK);
    VALUE("Files.W_OK", W_OK);
    VALUE("SyscallNumbers.UMASK", __NR_umask);
    VALUE("SyscallNumbers.SETPGID", __NR_setpgid);
    VALUE("SyscallNumbers.SETSID", __NR_setsid);
    VALUE("SyscallNumbers.SETGROUPS", __NR_setgroups);
    VALUE("SyscallNumbers.SETRESUID", __NR_setresuid);
    VALUE("SyscallNumbers.SETRESGID", __NR_setresgid);
    VALUE("SyscallNumbers.SETFSUID", __NR_setfsuid);
    VALUE("SyscallNumbers.SETFSGID", __NR_setfsgid);
    VALUE("SyscallNumbers.CAPGET", __NR_capget);
    VALUE("SyscallNumbers.CAPSET", __NR_capset);
    VALUE("SyscallNumbers.RT_SIGTIMEDWAIT", __NR_rt_sigtimedwait);
    VALUE("SyscallNumbers.RT_SIGQUEUEINFO", __NR_rt_sigqueueinfo);
    VALUE("SyscallNumbers.SIGALTSTACK", __NR_sigaltstack);
    VALUE("SyscallNumbers.PERSONALITY", __NR_personality);
    VALUE("SyscallNumbers.MLOCK", __NR_mlock);
    VALUE("SyscallNumbers.MUNLOCK", __NR_munlock);
    VALUE("SyscallNumbers.MLOCKALL", __NR_mlockall);
    VALUE("SyscallNumbers.PRCTL", __NR_prctl);
    VALUE("SyscallNumbers.FSTATFS", __NR_fstatfs);
    VALUE("SyscallNumbers.MODIFY_LDT", __NR_modify_ldt);
    VALUE("SyscallNumbers.KEYCTL", __NR_keyctl);
    VALUE("SyscallNumbers.ARCH_PRCTL", __NR_arch_prctl);
    VALUE("SyscallNumbers.GETTID", __NR_gettid);
    VALUE("SyscallNumbers.SCHED_SETAFFINITY", __NR_sched_setaffinity);
    VALUE("SyscallNumbers.SCHED_GETAFFINITY", __NR_sched_getaffinity);
    VALUE("SyscallNumbers.GETXATTR", __NR_getxattr);
    VALUE("SyscallNumbers.FUTEX", __NR_futex);
    VALUE("SyscallNumbers.IO_GETEVENTS", __NR_io_getevents);
    VALUE("SyscallNumbers.SET_TID_ADDRESS", __NR_set_tid_address);
    VALUE("SyscallNumbers.RESTART_SYSCALL", __NR_restart_syscall);
    VALUE("SyscallNumbers.SEMTIMEDOP", __NR_semtimedop);
    VALUE("SyscallNumbers.TIMER_CREATE", __NR_timer_create);
    VALUE("SyscallNumbers.TIMER_SETTIME", __NR_timer_settime);
    VALUE("SyscallNumbers.TIMER_GETTIME", __NR_timer_gettime);
    VALUE("SyscallNumbers.TIMER_GETOVERRUN", __NR_timer_getoverrun);
    VALUE("SyscallNumbers.TIMER_DELETE", __NR_timer_delete);
    VALUE("SyscallNumbers.CLOCK_NANOSLEEP", __NR_clock_nanosleep);
    VALUE("SyscallNumbers.EXIT_GROUP", __NR_exit_group);
    VALUE("SyscallNumbers.EPOLL_WAIT", __NR_epoll_wait);
    VALUE("SyscallNumbers.TGKILL", __NR_tgkill);
    VALUE("SyscallNumbers.IOPRIO_SET", __NR_ioprio_set);
    VALUE("SyscallNumbers.IOPRIO_GET", __NR_ioprio_get);
    VALUE("SyscallNumbers.MBIND", __NR_mbind);
    VALUE("SyscallNumbers.SET_MEMPOLICY", __NR_set_mempolicy);
    VALUE("SyscallNumbers.GET_MEMPOLICY", __NR_get_mempolicy);
    VALUE("SyscallNumbers.OPENAT", __NR_openat);
    VALUE("SyscallNumbers.PSELECT6", __NR_pselect6);
    VALUE("SyscallNumbers.PPOLL", __NR_ppoll);
    VALUE("SyscallNumbers.MKDIR", __NR_mkdir);
    VALUE("SyscallNumbers.RMDIR", __NR_rmdir);
    VALUE("SyscallNumbers.UNSHARE", __NR_unshare);
    VALUE("SyscallNumbers.SET_ROBUST_LIST", __NR_set_robust_list);
    VALUE("SyscallNumbers.GET_ROBUST_LIST", __NR_get_robust_list);
    VALUE("SyscallNumbers.VMSPLICE", __NR_vmsplice);
    VALUE("SyscallNumbers.EPOLL_PWAIT", __NR_epoll_pwait);
    VALUE("SyscallNumbers.ACCEPT4", __NR_accept4);
    VALUE("SyscallNumbers.DUP3", __NR_dup3);
    VALUE("SyscallNumbers.PIPE2", __NR_pipe2);
    VALUE("SyscallNumbers.PREADV", __NR_preadv);
    VALUE("SyscallNumbers.RT_TGSIGQUEUEINFO", __NR_rt_tgsigqueueinfo);
    VALUE("SyscallNumbers.RECVMMSG", __NR_recvmmsg);
    VALUE("SyscallNumbers.PRLIMIT64", __NR_prlimit64);
    VALUE("SyscallNumbers.PROCESS_VM_READV", __NR_process_vm_readv);
    VALUE("SyscallNumbers.EPOLL_CTL", __NR_epoll_ctl);
    VALUE("SyscallNumbers.EVENTFD2", __NR_eventfd2);
    VALUE("SyscallNumbers.EPOLL_CREATE1", __NR_epoll_create1);
    VALUE("SyscallNumbers.GETTIMEOFDAY", __NR_gettimeofday);
    VALUE("SyscallNumbers.TIME", __NR_time);
    VALUE("SyscallNumbers.CLOCK_GETRES", __NR_clock_getres);
    VALUE("SyscallNumbers.GETCPU", __NR_getcpu);
    VALUE("SyscallNumbers.GETRANDOM", __NR_getrandom);
    VALUE("SyscallNumbers.CLOCK_GETTIME", __NR_clock_gettime);
    VALUE("SyscallNumbers.TIMERFD_CREATE", __NR_timerfd_create);
    VALUE("SyscallNumbers.TIMERFD_SETTIME", __NR_timerfd_settime);
    VALUE("SyscallNumbers.TIMERFD_GETTIME", __NR_timerfd_gettime);
    VALUE("SyscallNumbers.SIGNALFD4", __NR_signalfd4);
    VALUE("SyscallNumbers.INOTIFY_ADD_WATCH", __NR_inotify_add_watch);
    VALUE("SyscallNumbers.INOTIFY_RM_WATCH", __NR_inotify_rm_watch);
    VALUE("SyscallNumbers.INOTIFY_INIT1", __NR_inotify_init1);
    VALUE("SyscallNumbers.OPEN_BY_HANDLE_AT", __NR_open_by_handle_at);
    VALUE("SyscallNumbers.PIDFD_OPEN", __NR_pidfd_open);
    VALUE("SyscallNumbers.PIDFD_GETFD", __NR_pidfd_getfd);
    VALUE("SyscallNumbers.KCMP", __NR_kcmp);
    VALUE("SyscallNumbers.SCHED_SETATTR", __NR_sched_setattr);
    VALUE("SyscallNumbers.SCHED_GETATTR", __NR_sched_getattr);
    VALUE("SyscallNumbers.SECCOMP", __NR_seccomp);
    VALUE("SyscallNumbers.MEMFD_CREATE", __NR_memfd_create);
    VALUE("SyscallNumbers.USERFAULTFD", __NR_userfaultfd);
    VALUE("SyscallNumbers.MEMBARRIER", __NR_membarrier);
    VALUE("SyscallNumbers.MLOCK2", __NR_mlock2);
    VALUE("SyscallNumbers.PKEY_MPROTECT", __NR_pkey_mprotect);
    VALUE("SyscallNumbers.PKEY_ALLOC", __NR_pkey_alloc);
    VALUE("SyscallNumbers.PKEY_FREE", __NR_pkey_free);
    VALUE("SyscallNumbers.STATX", __NR_statx);
    VALUE("SyscallNumbers.IO_PGETEVENTS", __NR_io_pgetevents);
    VALUE("SyscallNumbers.RSEQ", __NR_rseq);
    VALUE("SyscallNumbers.CLONE3", __NR_clone3);
    VALUE("SyscallNumbers.CLOSE_RANGE", __NR_close_range);
    VALUE("SyscallNumbers.EPOLL_PWAIT2", __NR_epoll_pwait2);
    VALUE("SyscallNumbers.MSEAL", __NR_mseal);
    VALUE("Numbers.PIDFD_OPEN", __NR_pidfd_open);
    VALUE("Numbers.CLONE3", __NR_clone3);
    VALUE("Numbers.PIDFD_GETFD", __NR_pidfd_getfd);
    VALUE("Survey.WAIT4", __NR_wait4);
    VALUE("Survey.WAITID", __NR_waitid);

    // linux/stat.h
    VALUE("FileStat.S_IFMT", S_IFMT);
    VALUE("FileStat.S_IFIFO", S_IFIFO);
    VALUE("FileStat.S_IFCHR", S_IFCHR);
    VALUE("FileStat.S_IFDIR", S_IFDIR);
    VALUE("FileStat.S_IFBLK", S_IFBLK);
    VALUE("FileStat.S_IFREG", S_IFREG);
    VALUE("FileStat.S_IFLNK", S_IFLNK);
    VALUE("FileStat.S_IFSOCK", S_IFSOCK);
    VALUE("FileStat.STATX_BASIC_STATS", STATX_BASIC_STATS);
    VALUE("FileStat.STATX_BYTES", sizeof(struct statx));

    // linux/prctl.h, asm/prctl.h
    VALUE("RemoteQueries.PR_GET_PDEATHSIG", PR_GET_PDEATHSIG);
    VALUE("RemoteQueries.PR_GET_DUMPABLE", PR_GET_DUMPABLE);
    VALUE("RemoteQueries.PR_GET_SECUREBITS", PR_GET_SECUREBITS);
    VALUE("RemoteQueries.PR_GET_CHILD_SUBREAPER", PR_GET_CHILD_SUBREAPER);
    VALUE("RemoteQueries.PR_GET_TID_ADDRESS", PR_GET_TID_ADDRESS);
    VALUE("RemoteQueries.PR_GET_THP_DISABLE", PR_GET_THP_DISABLE);
    VALUE("RemoteQueries.PR_GET_MDWE", PR_GET_MDWE);
    VALUE("RemoteQueries.PR_GET_MEMORY_MERGE", PR_GET_MEMORY_MERGE);
    VALUE("ThreadFlags.PR_GET_TSC", PR_GET_TSC);
    VALUE("ThreadFlags.PR_TSC_SIGSEGV", PR_TSC_SIGSEGV);
    VALUE("ThreadFlags.PR_MCE_KILL_GET", PR_MCE_KILL_GET);
    VALUE("ThreadFlags.PR_MCE_KILL_LATE", PR_MCE_KILL_LATE);
    VALUE("ThreadFlags.PR_MCE_KILL_EARLY", PR_MCE_KILL_EARLY);
    VALUE("ThreadFlags.PR_GET_IO_FLUSHER", PR_GET_IO_FLUSHER);
    VALUE("rstr.ThreadFlags.PR_SET_TSC", PR_SET_TSC);
    VALUE("rstr.ThreadFlags.PR_TSC_ENABLE", PR_TSC_ENABLE);
    VALUE("rstr.ThreadFlags.PR_TSC_SIGSEGV", PR_TSC_SIGSEGV);
    VALUE("rstr.ThreadFlags.PR_MCE_KILL", PR_MCE_KILL);
    VALUE("rstr.ThreadFlags.PR_MCE_KILL_SET", PR_MCE_KILL_SET);
    VALUE("rstr.ThreadFlags.PR_MCE_KILL_LATE", PR_MCE_KILL_LATE);
    VALUE("rstr.ThreadFlags.PR_MCE_KILL_EARLY", PR_MCE_KILL_EARLY);
    VALUE("rstr.ThreadFlags.PR_MCE_KILL_DEFAULT", PR_MCE_KILL_DEFAULT);
    VALUE("rstr.ThreadFlags.PR_SET_IO_FLUSHER", PR_SET_IO_FLUSHER);
    VALUE("TaskStruct.PR_GET_DUMPABLE", PR_GET_DUMPABLE);
    VALUE("TaskStruct.PR_SET_MDWE", PR_SET_MDWE);
    VALUE("TaskStruct.PR_MDWE_REFUSE_EXEC_GAIN", PR_MDWE_REFUSE_EXEC_GAIN);
    VALUE("TaskStruct.PR_SET_MEMORY_MERGE", PR_SET_MEMORY_MERGE);
    VALUE("VdsoMapping.ARCH_MAP_VDSO_64", ARCH_MAP_VDSO_64);
    VALUE("AddressSpace.PR_SET_MM", PR_SET_MM);
    VALUE("AddressSpace.PR_SET_MM_MAP", PR_SET_MM_MAP);
    VALUE("AddressSpace.PR_SET_VMA", PR_SET_VMA);
    VALUE("AddressSpace.PR_SET_VMA_ANON_NAME", PR_SET_VMA_ANON_NAME);
    VALUE("Threads.PR_SET_PDEATHSIG", PR_SET_PDEATHSIG);
    VALUE("Errand.PR_SET_PDEATHSIG", PR_SET_PDEATHSIG);
    VALUE("Threads.PR_SET_NAME", PR_SET_NAME);
    VALUE("TaskStruct.PR_SET_CHILD_SUBREAPER", PR_SET_CHILD_SUBREAPER);
    VALUE("TaskStruct.PR_SET_THP_DISABLE", PR_SET_THP_DISABLE);
    VALUE("TaskStruct.PR_THP_DISABLE_EXCEPT_ADVISED", PR_THP_DISABLE_EXCEPT_ADVISED);
    VALUE("Creds.PR_SET_KEEPCAPS", PR_SET_KEEPCAPS);
    VALUE("Creds.PR_CAPBSET_DROP", PR_CAPBSET_DROP);
    VALUE("Creds.PR_GET_SECUREBITS", PR_GET_SECUREBITS);
    VALUE("Creds.PR_SET_SECUREBITS", PR_SET_SECUREBITS);
    VALUE("Creds.PR_SET_NO_NEW_PRIVS", PR_SET_NO_NEW_PRIVS);
    VALUE("Creds.PR_CAP_AMBIENT", PR_CAP_AMBIENT);
    VALUE("Creds.PR_CAP_AMBIENT_RAISE", PR_CAP_AMBIENT_RAISE);
    VALUE("Creds.PR_CAP_AMBIENT_CLEAR_ALL", PR_CAP_AMBIENT_CLEAR_ALL);
    VALUE("Creds.SECBIT_KEEP_CAPS", SECBIT_KEEP_CAPS);
    VALUE("Creds.CAP_SETPCAP", CAP_SETPCAP);
    VALUE("Creds.LINUX_CAPABILITY_VERSION_3", _LINUX_CAPABILITY_VERSION_3);
    VALUE("PosixTimers.PR_TIMER_CREATE_RESTORE_IDS", PR_TIMER_CREATE_RESTORE_IDS);
    VALUE("Scheduling.PR_SET_TIMERSLACK", PR_SET_TIMERSLACK);
    VALUE("TaskStruct.PR_SET_DUMPABLE", PR_SET_DUMPABLE);
    VALUE("AddressSpace.MM_MAP_BYTES", sizeof(struct prctl_mm_map));

    // linux/mman.h
    VALUE("AddressSpace.MAP_FIXED_NOREPLACE", MAP_FIXED_NOREPLACE);
    VALUE("AddressSpace.PROT_WRITE", PROT_WRITE);
    VALUE("AddressSpace.MADV_DONTNEED", MADV_DONTNEED);
    VALUE("AddressSpace.MADV_MERGEABLE", MADV_MERGEABLE);
    VALUE("AddressSpace.MADV_UNMERGEABLE", MADV_UNMERGEABLE);
    VALUE("AddressSpace.MADV_POPULATE_WRITE", MADV_POPULATE_WRITE);
    VALUE("AddressSpace.MADV_GUARD_INSTALL", MADV_GUARD_INSTALL);
    VALUE("KernelFeatures.MADV_GUARD_INSTALL", MADV_GUARD_INSTALL);
    VALUE("MmRecords.MAP_SHARED", MAP_SHARED);
    VALUE("MmRecords.MAP_PRIVATE", MAP_PRIVATE);
    VALUE("MmRecords.MAP_DROPPABLE", MAP_DROPPABLE);
    VALUE("MmRecords.MAP_ANONYMOUS", MAP_ANONYMOUS);
    VALUE("Mm.MCL_FUTURE", MCL_FUTURE);
    VALUE("Mm.MCL_ONFAULT", MCL_ONFAULT);
    VALUE("LockedMemory.MLOCK_ONFAULT", MLOCK_ONFAULT);
    VALUE("MmRecords.MAP_GROWSDOWN", MAP_GROWSDOWN);
    VALUE("MmRecords.MAP_NORESERVE", MAP_NORESERVE);
    VALUE("MemoryObjects.MAP_SHARED", MAP_SHARED);
    VALUE("MemoryObjects.MAP_ANONYMOUS", MAP_ANONYMOUS);
    VALUE("Hugetlb.MAP_HUGETLB", MAP_HUGETLB);
    VALUE("Hugetlb.HUGE_SHIFT", MAP_HUGE_SHIFT);
    VALUE("MemoryObjects.PROT_READ_WRITE", PROT_READ | PROT_WRITE);
    VALUE("RemoteSyscalls.PROT_READ_WRITE", PROT_READ | PROT_WRITE);
    VALUE("RemoteSyscalls.MAP_PRIVATE_ANONYMOUS", MAP_PRIVATE | MAP_ANONYMOUS);
    VALUE("Restore.MAP_PRIVATE_ANONYMOUS", MAP_PRIVATE | MAP_ANONYMOUS);
    VALUE("VdsoMapping.MAP_PRIVATE_ANONYMOUS", MAP_PRIVATE | MAP_ANONYMOUS);
    VALUE("Restore.PROT_READ_EXEC", PROT_READ | PROT_EXEC);
    VALUE("Restore.PROT_READ_WRITE", PROT_READ | PROT_WRITE);
    VALUE("MapsEntry.PROT_READ", PROT_READ);
    VALUE("MapsEntry.PROT_WRITE", PROT_WRITE);
    VALUE("MapsEntry.PROT_EXEC", PROT_EXEC);

    // linux/memfd.h, linux/fcntl.h
    VALUE("Stub.MFD_CLOEXEC", MFD_CLOEXEC);
    VALUE("Stub.MFD_EXEC", MFD_EXEC);
    VALUE("Hugetlb.MFD_HUGETLB", MFD_HUGETLB);
    VALUE("MemoryObjects.MFD_ALLOW_SEALING", MFD_ALLOW_SEALING);
    VALUE("MemoryObjects.F_SEAL_WRITE", F_SEAL_WRITE);
    VALUE("MemoryObjects.F_SEAL_FUTURE_WRITE", F_SEAL_FUTURE_WRITE);

    // linux/fs.h
    VALUE("PagemapScan.PAGEMAP_SCAN", PAGEMAP_SCAN);
    VALUE("KernelFeatures.PAGEMAP_SCAN", PAGEMAP_SCAN);
    VALUE("PagemapScan.PAGE_IS_WRITTEN", PAGE_IS_WRITTEN);
    VALUE("PagemapScan.PM_SCAN_WP_MATCHING", PM_SCAN_WP_MATCHING);
    VALUE("PagemapScan.PM_SCAN_CHECK_WPASYNC", PM_SCAN_CHECK_WPASYNC);
    VALUE("PagemapScan.PAGE_IS_FILE", PAGE_IS_FILE);
    VALUE("PagemapScan.PAGE_IS_PRESENT", PAGE_IS_PRESENT);
    VALUE("PagemapScan.PAGE_IS_SWAPPED", PAGE_IS_SWAPPED);
    VALUE("PagemapScan.PAGE_IS_PFNZERO", PAGE_IS_PFNZERO);
#ifdef HAS_PAGEMAP_SCAN
    VALUE("PagemapScan.ARG_BYTES", sizeof(struct pm_scan_arg));
    VALUE("PagemapScan.REGION_BYTES", sizeof(struct page_region));
    VALUE("KernelFeatures.PM_SCAN_ARG_BYTES", sizeof(struct pm_scan_arg));
#else
    MISSING("PagemapScan.ARG_BYTES");
    MISSING("PagemapScan.REGION_BYTES");
    MISSING("KernelFeatures.PM_SCAN_ARG_BYTES");
#endif

    // linux/userfaultfd.h
    VALUE("Userfaultfd.UFFD_USER_MODE_ONLY", UFFD_USER_MODE_ONLY);
    VALUE("Userfaultfd.UFFD_FEATURE_PAGEFAULT_FLAG_WP", UFFD_FEATURE_PAGEFAULT_FLAG_WP);
    VALUE("Userfaultfd.UFFD_FEATURE_WP_ASYNC", UFFD_FEATURE_WP_ASYNC);
    VALUE("Userfaultfd.UFFD_FEATURE_MOVE", UFFD_FEATURE_MOVE);
    VALUE("Userfaultfd.UFFD_FEATURE_EVENT_FORK", UFFD_FEATURE_EVENT_FORK);
    VALUE("Userfaultfd.UFFD_FEATURE_EVENT_REMAP", UFFD_FEATURE_EVENT_REMAP);
    VALUE("Userfaultfd.UFFD_FEATURE_EVENT_REMOVE", UFFD_FEATURE_EVENT_REMOVE);
    VALUE("Userfaultfd.UFFD_FEATURE_MISSING_SHMEM", UFFD_FEATURE_MISSING_SHMEM);
    VALUE("Userfaultfd.UFFD_FEATURE_EVENT_UNMAP", UFFD_FEATURE_EVENT_UNMAP);
    VALUE("Userfaultfd.UFFDIO_WAKE", UFFDIO_WAKE);
    VALUE("Userfaultfd.UFFDIO_COPY", UFFDIO_COPY);
    VALUE("Userfaultfd.UFFDIO_ZEROPAGE", UFFDIO_ZEROPAGE);
    VALUE("Userfaultfd.RANGE_BYTES", sizeof(struct uffdio_range));
    VALUE("Userfaultfd.COPY_BYTES", sizeof(struct uffdio_copy));
    VALUE("Userfaultfd.ZEROPAGE_BYTES", sizeof(struct uffdio_zeropage));
    VALUE("Userfaultfd.COPIED", offsetof(struct uffdio_copy, copy));
    VALUE("Userfaultfd.ZEROED", offsetof(struct uffdio_zeropage, zeropage));
    VALUE("Userfaultfd.UFFDIO_REGISTER_MODE_MISSING", UFFDIO_REGISTER_MODE_MISSING);
    VALUE("Userfaultfd.UFFDIO_REGISTER_MODE_WP", UFFDIO_REGISTER_MODE_WP);
    VALUE("Userfaultfd.UFFD_API", UFFD_API);
    VALUE("Userfaultfd.UFFDIO_API", UFFDIO_API);
    VALUE("Userfaultfd.UFFDIO_REGISTER", UFFDIO_REGISTER);
    VALUE("Userfaultfd.UFFDIO_WRITEPROTECT", UFFDIO_WRITEPROTECT);
    VALUE("Userfaultfd.UFFDIO_WRITEPROTECT_MODE_WP", UFFDIO_WRITEPROTECT_MODE_WP);
    VALUE("Userfaultfd.WRITEPROTECT_BYTES", sizeof(struct uffdio_writeprotect));
    VALUE("Userfaultfd.API_BYTES", sizeof(struct uffdio_api));
    VALUE("Userfaultfd.REGISTER_BYTES", sizeof(struct uffdio_register));
    VALUE("Userfault.UFFDIO_MOVE", UFFDIO_MOVE);
    VALUE("Userfault.TRANSFER_BYTES", sizeof(struct uffdio_copy));

    // linux/sched.h
    VALUE("Clone3.CLONE_PARENT", CLONE_PARENT);
    VALUE("KernelFeatures.CLONE_VM", CLONE_VM);

    VALUE("Clone3.ARGS_BYTES", CLONE_ARGS_SIZE_VER2);
    VALUE("Clone3.EXIT_SIGNAL", offsetof(struct clone_args, exit_signal));
    VALUE("Clone3.SET_TID", offsetof(struct clone_args, set_tid));
    VALUE("Clone3.SET_TID_SIZE", offsetof(struct clone_args, set_tid_size));
    VALUE("KernelFeatures.CLONE_ARGS_BYTES", CLONE_ARGS_SIZE_VER1);
    VALUE("KernelFeatures.CLONE_ARGS_FLAGS", offsetof(struct clone_args, flags));
    VALUE("KernelFeatures.CLONE_ARGS_EXIT_SIGNAL", offsetof(struct clone_args, exit_signal));
    VALUE("KernelFeatures.CLONE_ARGS_SET_TID", offsetof(struct clone_args, set_tid));
    VALUE("KernelFeatures.CLONE_ARGS_SET_TID_SIZE", offsetof(struct clone_args, set_tid_size));
    VALUE("Threads.CLONE_THREAD_FLAGS",
          CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM);

    // linux/sched.h, linux/sched/types.h, linux/ioprio.h
    VALUE("Scheduler.SCHED_NORMAL", SCHED_NORMAL);
    VALUE("Scheduler.SCHED_FIFO", SCHED_FIFO);
    VALUE("Scheduler.SCHED_RR", SCHED_RR);
    VALUE("Scheduler.SCHED_BATCH", SCHED_BATCH);
    VALUE("Scheduler.SCHED_IDLE", SCHED_IDLE);
    VALUE("Scheduler.SCHED_DEADLINE", SCHED_DEADLINE);
    VALUE("Scheduler.SCHED_FLAG_UTIL_CLAMP", SCHED_FLAG_UTIL_CLAMP);
    VALUE("Scheduler.SCHED_ATTR_SIZE_VER1", SCHED_ATTR_SIZE_VER1);
    VALUE("Scheduler.IOPRIO_CLASS_SHIFT", IOPRIO_CLASS_SHIFT);
    VALUE("Scheduler.IOPRIO_WHO_PROCESS", IOPRIO_WHO_PROCESS);
    VALUE("literal.sched_attr.sched_policy", offsetof(struct sched_attr, sched_policy));
    VALUE("literal.sched_attr.sched_flags", offsetof(struct sched_attr, sched_flags));
    VALUE("literal.sched_attr.sched_nice", offsetof(struct sched_attr, sched_nice));
    VALUE("literal.sched_attr.sched_priority", offsetof(struct sched_attr, sched_priority));
    VALUE("literal.sched_attr.sched_runtime", offsetof(struct sched_attr, sched_runtime));
    VALUE("literal.sched_attr.sched_deadline", offsetof(struct sched_attr, sched_deadline));
    VALUE("literal.sched_attr.sched_period", offsetof(struct sched_attr, sched_period));
    VALUE("literal.sched_attr.sched_util_min", offsetof(struct sched_attr, sched_util_min));
    VALUE("literal.sched_attr.sched_util_max", offsetof(struct sched_attr, sched_util_max));

    // linux/elf.h
    VALUE("StubImage.EHDR_BYTES", sizeof(Elf64_Ehdr));
    VALUE("StubImage.PHDR_BYTES", sizeof(Elf64_Phdr));
    VALUE("StubImage.ET_EXEC", ET_EXEC);
    VALUE("StubImage.EM_X86_64", EM_X86_64);
    VALUE("StubImage.PT_LOAD", PT_LOAD);
    VALUE("StubImage.PT_GNU_STACK", PT_GNU_STACK);
    VALUE("StubImage.PF_X", PF_X);
    VALUE("StubImage.PF_W", PF_W);
    VALUE("StubImage.PF_R", PF_R);
    VALUE("Header.EM_X86_64", EM_X86_64);

    // linux/rseq.h
    VALUE("RseqSection.RSEQ_CS", offsetof(struct rseq, rseq_cs));
    VALUE("RseqSection.START_IP", offsetof(struct rseq_cs, start_ip));
    VALUE("RseqSection.POST_COMMIT_OFFSET", offsetof(struct rseq_cs, post_commit_offset));
    VALUE("RseqSection.ABORT_IP", offsetof(struct rseq_cs, abort_ip));
    VALUE("RseqSection.DESCRIPTOR_BYTES", sizeof(struct rseq_cs));

    // asm/termbits.h, asm/termios.h
    VALUE("file.Terminal.TCGETS", TCGETS);
    VALUE("Terminal.TCGETS", TCGETS);
    VALUE("file.Terminal.TIOCGWINSZ", TIOCGWINSZ);
    VALUE("Terminal.TCSETS", TCSETS);
    VALUE("Terminal.TIOCGWINSZ", TIOCGWINSZ);
    VALUE("file.Terminal.TERMIOS_BYTES", sizeof(struct termios));
    VALUE("Terminal.TERMIOS_BYTES", sizeof(struct termios));
    VALUE("PtyIoctl.TCGETS2", TCGETS2);
    VALUE("PtyIoctl.TCSETS2", TCSETS2);
    VALUE("PtyIoctl.TIOCEXCL", TIOCEXCL);
    VALUE("PtyIoctl.TIOCSCTTY", TIOCSCTTY);
    VALUE("PtyIoctl.TIOCGWINSZ", TIOCGWINSZ);
    VALUE("PtyIoctl.TIOCSWINSZ", TIOCSWINSZ);
    VALUE("PtyIoctl.FIONREAD", FIONREAD);
    VALUE("PtyIoctl.TIOCPKT", TIOCPKT);
    VALUE("PtyIoctl.TIOCGETD", TIOCGETD);
    VALUE("PtyIoctl.TIOCGPTN", TIOCGPTN);
    VALUE("PtyIoctl.TIOCSPTLCK", TIOCSPTLCK);
    VALUE("PtyIoctl.TIOCGPKT", TIOCGPKT);
    VALUE("PtyIoctl.TIOCGPTLCK", TIOCGPTLCK);
    VALUE("PtyIoctl.TIOCGEXCL", TIOCGEXCL);
    VALUE("PtyIoctl.TIOCGPTPEER", TIOCGPTPEER);
    VALUE("PtyIoctl.ICANON", ICANON);
    VALUE("PtyIoctl.TERMIOS2_BYTES", sizeof(struct termios2));
    VALUE("PtyIoctl.C_LFLAG", offsetof(struct termios2, c_lflag));
    VALUE("PtyIoctl.WINSIZE_BYTES", sizeof(struct winsize));
    VALUE("PtyIoctl.N_TTY", N_TTY);
    VALUE("Pty.TERMIOS2_BYTES", sizeof(struct termios2));
    VALUE("file.Terminal.WINSIZE_BYTES", sizeof(struct winsize));

    // linux/capability.h, linux/membarrier.h, linux/kcmp.h
    VALUE("Checks.CAP_SYS_ADMIN", CAP_SYS_ADMIN);
    VALUE("Checks.CAP_SYS_RESOURCE", CAP_SYS_RESOURCE);
    VALUE("Checks.CAP_CHECKPOINT_RESTORE", CAP_CHECKPOINT_RESTORE);
    VALUE("Machine.CAP_SYS_PTRACE", CAP_SYS_PTRACE);
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
    VALUE("RemoteQueries.MEMBARRIER_CMD_GET_REGISTRATIONS", MEMBARRIER_CMD_GET_REGISTRATIONS);
#else
    MISSING("RemoteQueries.MEMBARRIER_CMD_GET_REGISTRATIONS");
#endif
    VALUE("RemoteQueries.MEMBARRIER_CMD_PRIVATE_EXPEDITED", MEMBARRIER_CMD_PRIVATE_EXPEDITED);
    VALUE("RemoteQueries.MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE",
          MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE);
    VALUE("RemoteQueries.MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ",
          MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ);
    VALUE("Epoll.EPOLL_CTL_ADD", EPOLL_CTL_ADD);
    VALUE("Epoll.EPOLLIN", EPOLLIN);
    VALUE("Epoll.EPOLLPRI", EPOLLPRI);
    VALUE("Epoll.EPOLLOUT", EPOLLOUT);
    VALUE("Epoll.EPOLLERR", EPOLLERR);
    VALUE("Epoll.EPOLLHUP", EPOLLHUP);
    VALUE("Epoll.EPOLLRDNORM", EPOLLRDNORM);
    VALUE("Epoll.EPOLLRDBAND", EPOLLRDBAND);
    VALUE("Epoll.EPOLLWRNORM", EPOLLWRNORM);
    VALUE("Epoll.EPOLLWRBAND", EPOLLWRBAND);
    VALUE("Epoll.EPOLLMSG", EPOLLMSG);
    VALUE("Epoll.EPOLLRDHUP", EPOLLRDHUP);
    VALUE("Epoll.EPOLLEXCLUSIVE", EPOLLEXCLUSIVE);
    VALUE("Epoll.EPOLLWAKEUP", EPOLLWAKEUP);
    VALUE("Epoll.EPOLLONESHOT", EPOLLONESHOT);
    VALUE("Epoll.EPOLLET", EPOLLET);
    VALUE("Epoll.EVENT_BYTES", sizeof(struct epoll_event));
    VALUE("Eventfd.EFD_SEMAPHORE", EFD_SEMAPHORE);
    VALUE("Clocks.CLOCK_REALTIME", CLOCK_REALTIME);
    VALUE("Clocks.CLOCK_MONOTONIC", CLOCK_MONOTONIC);
    VALUE("Clocks.CLOCK_BOOTTIME", CLOCK_BOOTTIME);
    VALUE("TimensOffsets.CLOCK_MONOTONIC", CLOCK_MONOTONIC);
    VALUE("TimensOffsets.CLOCK_BOOTTIME", CLOCK_BOOTTIME);
    VALUE("TimensOffsets.CLOCK_BOOTTIME_ALARM", CLOCK_BOOTTIME_ALARM);
    VALUE("TimeNamespace.CLONE_NEWTIME", 0x80); /* sched.h of the C library has it from 2.36 on */
    VALUE("Clocks.CLOCK_REALTIME_ALARM", CLOCK_REALTIME_ALARM);
    VALUE("Clocks.CLOCK_BOOTTIME_ALARM", CLOCK_BOOTTIME_ALARM);
    VALUE("FileTimerfd.ABSTIME", TFD_TIMER_ABSTIME);
    VALUE("FileTimerfd.CANCEL_ON_SET", TFD_TIMER_CANCEL_ON_SET);
    VALUE("Timerfd.TFD_IOC_SET_TICKS", TFD_IOC_SET_TICKS);
    VALUE("TcpConnections.MEMBARRIER_CMD_GLOBAL", MEMBARRIER_CMD_GLOBAL);
    VALUE("file.TcpConnections.CAP_NET_ADMIN", CAP_NET_ADMIN);
    VALUE("Timerfd.CAP_WAKE_ALARM", CAP_WAKE_ALARM);
    VALUE("Inotify.IN_UNMOUNT", IN_UNMOUNT);
    VALUE("Inotify.IN_Q_OVERFLOW", IN_Q_OVERFLOW);
    VALUE("Inotify.IN_IGNORED", IN_IGNORED);
    VALUE("Inotify.IN_DONT_FOLLOW", IN_DONT_FOLLOW);
    VALUE("Inotify.FIONREAD", FIONREAD);
    VALUE("Inotify.EVENT_BYTES", sizeof(struct inotify_event));
    VALUE("KcmpType.FILE", KCMP_FILE);
    VALUE("KcmpType.VM", KCMP_VM);
    VALUE("KcmpType.FILES", KCMP_FILES);
    VALUE("KcmpType.FS", KCMP_FS);
    VALUE("KcmpType.SIGHAND", KCMP_SIGHAND);
    VALUE("KcmpType.IO", KCMP_IO);
    VALUE("KcmpType.SYSVSEM", KCMP_SYSVSEM);
    VALUE("KcmpType.EPOLL_TFD", KCMP_EPOLL_TFD);

    // sys/resource.h, sys/time.h, signal.h
    VALUE("Limits.RLIMIT_CPU", RLIMIT_CPU);
    VALUE("Limits.RLIMIT_FSIZE", RLIMIT_FSIZE);
    VALUE("Limits.RLIMIT_DATA", RLIMIT_DATA);
    VALUE("Limits.RLIMIT_STACK", RLIMIT_STACK);
    VALUE("Limits.RLIMIT_CORE", RLIMIT_CORE);
    VALUE("Limits.RLIMIT_RSS", RLIMIT_RSS);
    VALUE("Limits.RLIMIT_NPROC", RLIMIT_NPROC);
    VALUE("Limits.RLIMIT_NOFILE", RLIMIT_NOFILE);
    VALUE("Limits.RLIMIT_MEMLOCK", RLIMIT_MEMLOCK);
    VALUE("Limits.RLIMIT_AS", RLIMIT_AS);
    VALUE("Limits.RLIMIT_LOCKS", RLIMIT_LOCKS);
    VALUE("Limits.RLIMIT_SIGPENDING", RLIMIT_SIGPENDING);
    VALUE("Limits.RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE);
    VALUE("Limits.RLIMIT_NICE", RLIMIT_NICE);
    VALUE("Limits.RLIMIT_RTPRIO", RLIMIT_RTPRIO);
    VALUE("Limits.RLIMIT_RTTIME", RLIMIT_RTTIME);
    VALUE("Limits.NR_LIMITS", RLIM_NLIMITS);
    VALUE("TaskStruct.RLIMIT_BYTES", sizeof(struct rlimit));
    VALUE("RemoteQueries.ITIMERVAL_BYTES", sizeof(struct itimerval));
    VALUE("Timers.ITIMERVAL_BYTES", sizeof(struct itimerval));
    VALUE("RemoteQueries.STACK_T_BYTES", sizeof(stack_t));
    VALUE("Threads.STACK_T_BYTES", sizeof(stack_t));
    VALUE("Threads.SS_ONSTACK", SS_ONSTACK);
    VALUE("Sigpending.SIGINFO_BYTES", sizeof(siginfo_t));

    // spawn.h
    VALUE("Spawn.ATTRIBUTES_BYTES", sizeof(posix_spawnattr_t));
    VALUE("Spawn.ACTIONS_BYTES", sizeof(posix_spawn_file_actions_t));
    VALUE("Spawn.SIGSET_BYTES", sizeof(sigset_t));
    VALUE("Spawn.SETSIGDEF", POSIX_SPAWN_SETSIGDEF);
    VALUE("Spawn.SETSIGMASK", POSIX_SPAWN_SETSIGMASK);
    VALUE("Spawn.SETSID", POSIX_SPAWN_SETSID);

    // sys/user.h: index of each register
    VALUE("UserRegs.BYTES", sizeof(struct user_regs_struct));
    VALUE("UserRegs.WORDS", sizeof(struct user_regs_struct) / 8);
    VALUE("UserRegs.R15", offsetof(struct user_regs_struct, r15) / 8);
    VALUE("UserRegs.R14", offsetof(struct user_regs_struct, r14) / 8);
    VALUE("UserRegs.R13", offsetof(struct user_regs_struct, r13) / 8);
    VALUE("UserRegs.R12", offsetof(struct user_regs_struct, r12) / 8);
    VALUE("UserRegs.RBP", offsetof(struct user_regs_struct, rbp) / 8);
    VALUE("UserRegs.RBX", offsetof(struct user_regs_struct, rbx) / 8);
    VALUE("UserRegs.R11", offsetof(struct user_regs_struct, r11) / 8);
    VALUE("UserRegs.R10", offsetof(struct user_regs_struct, r10) / 8);
    VALUE("UserRegs.R9", offsetof(struct user_regs_struct, r9) / 8);
    VALUE("UserRegs.R8", offsetof(struct user_regs_struct, r8) / 8);
    VALUE("UserRegs.RAX", offsetof(struct user_regs_struct, rax) / 8);
    VALUE("UserRegs.RCX", offsetof(struct user_regs_struct, rcx) / 8);
    VALUE("UserRegs.RDX", offsetof(struct user_regs_struct, rdx) / 8);
    VALUE("UserRegs.RSI", offsetof(struct user_regs_struct, rsi) / 8);
    VALUE("UserRegs.RDI", offsetof(struct user_regs_struct, rdi) / 8);
    VALUE("UserRegs.ORIG_RAX", offsetof(struct user_regs_struct, orig_rax) / 8);
    VALUE("UserRegs.RIP", offsetof(struct user_regs_struct, rip) / 8);
    VALUE("UserRegs.CS", offsetof(struct user_regs_struct, cs) / 8);
    VALUE("UserRegs.EFLAGS", offsetof(struct user_regs_struct, eflags) / 8);
    VALUE("UserRegs.RSP", offsetof(struct user_regs_struct, rsp) / 8);
    VALUE("UserRegs.SS", offsetof(struct user_regs_struct, ss) / 8);
    VALUE("UserRegs.FS_BASE", offsetof(struct user_regs_struct, fs_base) / 8);
    VALUE("UserRegs.GS_BASE", offsetof(struct user_regs_struct, gs_base) / 8);
    VALUE("UserRegs.DS", offsetof(struct user_regs_struct, ds) / 8);
    VALUE("UserRegs.ES", offsetof(struct user_regs_struct, es) / 8);
    VALUE("UserRegs.FS", offsetof(struct user_regs_struct, fs) / 8);
    VALUE("UserRegs.GS", offsetof(struct user_regs_struct, gs) / 8);

    // offsets that stand as plain numbers in the code: compared with the list in ConstantsLiveTest
    VALUE("literal.statx.stx_blksize", offsetof(struct statx, stx_blksize));
    VALUE("literal.statx.stx_nlink", offsetof(struct statx, stx_nlink));
    VALUE("literal.statx.stx_uid", offsetof(struct statx, stx_uid));
    VALUE("literal.statx.stx_gid", offsetof(struct statx, stx_gid));
    VALUE("literal.statx.stx_blocks", offsetof(struct statx, stx_blocks));
    VALUE("literal.statx.stx_mode", offsetof(struct statx, stx_mode));
    VALUE("literal.statx.stx_ino", offsetof(struct statx, stx_ino));
    VALUE("literal.statx.stx_size", offsetof(struct statx, stx_size));
    VALUE("literal.statx.stx_mtime", offsetof(struct statx, stx_mtime));
    VALUE("literal.statx.stx_mtime.tv_nsec", offsetof(struct statx, stx_mtime.tv_nsec));
    VALUE("literal.statx.stx_rdev_major", offsetof(struct statx, stx_rdev_major));
    VALUE("literal.statx.stx_rdev_minor", offsetof(struct statx, stx_rdev_minor));
    VALUE("literal.statx.stx_dev_major", offsetof(struct statx, stx_dev_major));
    VALUE("literal.statx.stx_dev_minor", offsetof(struct statx, stx_dev_minor));
    VALUE("literal.iovec", sizeof(struct iovec));
    VALUE("literal.iovec.iov_len", offsetof(struct iovec, iov_len));
    VALUE("literal.ptrace_peeksiginfo_args", sizeof(struct ptrace_peeksiginfo_args));
    VALUE("literal.ptrace_peeksiginfo_args.flags", offsetof(struct ptrace_peeksiginfo_args, flags));
    VALUE("literal.ptrace_peeksiginfo_args.nr", offsetof(struct ptrace_peeksiginfo_args, nr));
    VALUE("literal.stack_t.ss_flags", offsetof(stack_t, ss_flags));
    VALUE("literal.stack_t.ss_size", offsetof(stack_t, ss_size));
    VALUE("literal.prctl_mm_map.auxv", offsetof(struct prctl_mm_map, auxv));
    VALUE("literal.prctl_mm_map.auxv_size", offsetof(struct prctl_mm_map, auxv_size));
    VALUE("literal.prctl_mm_map.exe_fd", offsetof(struct prctl_mm_map, exe_fd));
    VALUE("literal.winsize.ws_col", offsetof(struct winsize, ws_col));
    VALUE("literal.winsize.ws_xpixel", offsetof(struct winsize, ws_xpixel));
    VALUE("literal.winsize.ws_ypixel", offsetof(struct winsize, ws_ypixel));
    // linux/bpf_common.h and linux/filter.h
    VALUE("Bpf.LD", BPF_LD);
    VALUE("Bpf.LDX", BPF_LDX);
    VALUE("Bpf.ST", BPF_ST);
    VALUE("Bpf.STX", BPF_STX);
    VALUE("Bpf.ALU", BPF_ALU);
    VALUE("Bpf.JMP", BPF_JMP);
    VALUE("Bpf.RET", BPF_RET);
    VALUE("Bpf.MISC", BPF_MISC);
    VALUE("Bpf.CLASS_MASK", 0x07);
    VALUE("Bpf.W", BPF_W);
    VALUE("Bpf.IMM", BPF_IMM);
    VALUE("Bpf.ABS", BPF_ABS);
    VALUE("Bpf.MEM", BPF_MEM);
    VALUE("Bpf.LEN", BPF_LEN);
    VALUE("Bpf.ADD", BPF_ADD);
    VALUE("Bpf.SUB", BPF_SUB);
    VALUE("Bpf.MUL", BPF_MUL);
    VALUE("Bpf.DIV", BPF_DIV);
    VALUE("Bpf.OR", BPF_OR);
    VALUE("Bpf.AND", BPF_AND);
    VALUE("Bpf.LSH", BPF_LSH);
    VALUE("Bpf.RSH", BPF_RSH);
    VALUE("Bpf.NEG", BPF_NEG);
    VALUE("Bpf.XOR", BPF_XOR);
    VALUE("Bpf.OP_MASK", 0xf0);
    VALUE("Bpf.JA", BPF_JA);
    VALUE("Bpf.JEQ", BPF_JEQ);
    VALUE("Bpf.JGT", BPF_JGT);
    VALUE("Bpf.JGE", BPF_JGE);
    VALUE("Bpf.JSET", BPF_JSET);
    VALUE("Bpf.K", BPF_K);
    VALUE("Bpf.X", BPF_X);
    VALUE("Bpf.A", BPF_A);
    VALUE("Bpf.TAX", BPF_TAX);
    VALUE("Bpf.TXA", BPF_TXA);
    VALUE("Bpf.MEMWORDS", BPF_MEMWORDS);
    VALUE("Bpf.INSTRUCTION_BYTES", sizeof(struct sock_filter));
    VALUE("Bpf.MAXINSNS", BPF_MAXINSNS);
    // linux/seccomp.h and linux/audit.h
    VALUE("Seccomp.MODE_DISABLED", SECCOMP_MODE_DISABLED);
    VALUE("Seccomp.MODE_STRICT", SECCOMP_MODE_STRICT);
    VALUE("Seccomp.MODE_FILTER", SECCOMP_MODE_FILTER);
    VALUE("Seccomp.SET_MODE_FILTER", SECCOMP_SET_MODE_FILTER);
    VALUE("Seccomp.FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG);
    VALUE("Seccomp.FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW);
    VALUE("Seccomp.RET_KILL_PROCESS", (int)SECCOMP_RET_KILL_PROCESS);
    VALUE("Seccomp.RET_KILL_THREAD", (int)SECCOMP_RET_KILL_THREAD);
    VALUE("Seccomp.RET_TRAP", (int)SECCOMP_RET_TRAP);
    VALUE("Seccomp.RET_ERRNO", (int)SECCOMP_RET_ERRNO);
    VALUE("Seccomp.RET_USER_NOTIF", (int)SECCOMP_RET_USER_NOTIF);
    VALUE("Seccomp.RET_TRACE", (int)SECCOMP_RET_TRACE);
    VALUE("Seccomp.RET_LOG", (int)SECCOMP_RET_LOG);
    VALUE("Seccomp.RET_ALLOW", (int)SECCOMP_RET_ALLOW);
    VALUE("Seccomp.RET_ACTION_FULL", (int)SECCOMP_RET_ACTION_FULL);
    VALUE("Seccomp.DATA_BYTES", sizeof(struct seccomp_data));
    VALUE("Seccomp.DATA_ARCH", offsetof(struct seccomp_data, arch));
    VALUE("Seccomp.DATA_ARGS", offsetof(struct seccomp_data, args));
    VALUE("Seccomp.AUDIT_ARCH_X86_64", (int)AUDIT_ARCH_X86_64);

    VALUE("literal.EIO_ENXIO", ENXIO);
    VALUE("literal.SIG_SETMASK", SIG_SETMASK);
    VALUE("literal.MADV_RANDOM", MADV_RANDOM);
    VALUE("literal.MADV_SEQUENTIAL", MADV_SEQUENTIAL);
    VALUE("literal.MADV_DONTFORK", MADV_DONTFORK);
    VALUE("literal.MADV_HUGEPAGE", MADV_HUGEPAGE);
    VALUE("literal.MADV_NOHUGEPAGE", MADV_NOHUGEPAGE);
    VALUE("literal.MADV_DONTDUMP", MADV_DONTDUMP);
    VALUE("literal.MADV_WIPEONFORK", MADV_WIPEONFORK);
#ifdef HAS_RSEQ_CONFIGURATION
    VALUE("literal.ptrace_rseq_configuration", sizeof(struct ptrace_rseq_configuration));
    VALUE("literal.ptrace_rseq_configuration.size", offsetof(struct ptrace_rseq_configuration, rseq_abi_size));
    VALUE("literal.ptrace_rseq_configuration.signature", offsetof(struct ptrace_rseq_configuration, signature));
#endif
#ifdef HAS_PAGEMAP_SCAN
    VALUE("literal.pm_scan_arg.flags", offsetof(struct pm_scan_arg, flags));
    VALUE("literal.pm_scan_arg.start", offsetof(struct pm_scan_arg, start));
    VALUE("literal.pm_scan_arg.end", offsetof(struct pm_scan_arg, end));
    VALUE("literal.pm_scan_arg.vec", offsetof(struct pm_scan_arg, vec));
    VALUE("literal.pm_scan_arg.vec_len", offsetof(struct pm_scan_arg, vec_len));
    VALUE("literal.pm_scan_arg.max_pages", offsetof(struct pm_scan_arg, max_pages));
    VALUE("literal.pm_scan_arg.category_inverted", offsetof(struct pm_scan_arg, category_inverted));
    VALUE("literal.pm_scan_arg.category_mask", offsetof(struct pm_scan_arg, category_mask));
    VALUE("literal.pm_scan_arg.category_anyof_mask", offsetof(struct pm_scan_arg, category_anyof_mask));
    VALUE("literal.pm_scan_arg.return_mask", offsetof(struct pm_scan_arg, return_mask));
    VALUE("literal.page_region.end", offsetof(struct page_region, end));
    VALUE("literal.page_region.categories", offsetof(struct page_region, categories));
#endif
    return 0;
}
