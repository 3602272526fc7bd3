/* Files in flight: SCM_RIGHTS in the queues of unix sockets of each kind, open as well or in flight alone, nested, in cycles. */
#include "selfcheck.h"
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>

#define MOST 4
#define BIG 150000

static char big[BIG], in[BIG];

static void pass(int to, const char *data, size_t len, const int *fds, int nr)
{
    union {
        struct cmsghdr h;
        char room[CMSG_SPACE(MOST * sizeof(int))];
    } control;
    struct iovec v = {(char *)data, len};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = &control};
    size_t bytes = (size_t)nr * sizeof(int);
    m.msg_controllen = CMSG_SPACE(bytes);
    memset(&control, 0, sizeof(control));
    control.h.cmsg_len = CMSG_LEN(bytes);
    control.h.cmsg_level = SOL_SOCKET;
    control.h.cmsg_type = SCM_RIGHTS;
    memcpy(CMSG_DATA(&control.h), fds, bytes);
    CHECK(sendmsg(to, &m, MSG_DONTWAIT) >= 0, "sendmsg: %s", strerror(errno));
}
static void pass_away(int to, const char *data, int fd)
{
    pass(to, data, strlen(data), &fd, 1);
    SYS(close(fd));
}

static struct ucred sender;

/* Receives what is expected and as many descriptors. */
static void take(int from, const char *data, size_t len, int *fds, int nr, const char *what)
{
    union {
        struct cmsghdr h;
        char room[CMSG_SPACE(MOST * sizeof(int)) + CMSG_SPACE(sizeof(struct ucred)) + 256];
    } control;
    struct iovec v = {in, sizeof(in)};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)};
    int got = 0;
    ssize_t n = recvmsg(from, &m, MSG_DONTWAIT);
    CHECK(n == (ssize_t)len && !memcmp(in, data, len), "%s: %zd bytes, not %zu (%s)", what, n, len,
          n < 0 ? strerror(errno) : "");
    CHECK(!(m.msg_flags & MSG_CTRUNC), "%s: cut", what);
    memset(&sender, 0, sizeof(sender));
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
        if (c->cmsg_type == SCM_CREDENTIALS)
            memcpy(&sender, CMSG_DATA(c), sizeof(sender));
        if (c->cmsg_type == SCM_RIGHTS) {
            got = (int)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
            CHECK(got <= nr, "%s: %d descriptors", what, got);
            memcpy(fds, CMSG_DATA(c), (size_t)got * sizeof(int));
        }
    }
    CHECK(got == nr, "%s: %d descriptors, not %d", what, got, nr);
}
static void take_text(int from, const char *data, int *fds, int nr)
{
    take(from, data, strlen(data), fds, nr, data);
}
static void expect_none(int fd, const char *what)
{
    CHECK(recv(fd, in, 1, MSG_DONTWAIT) == -1 && errno == EAGAIN, "%s: something is left", what);
}
static void expect_read(int fd, const char *data, const char *what)
{
    ssize_t n = read(fd, in, strlen(data));
    CHECK(n == (ssize_t)strlen(data) && !memcmp(in, data, (size_t)n), "%s: %zd bytes", what, n);
}
static uint64_t count(int event)
{
    uint64_t value = 0;
    CHECK(read(event, &value, sizeof(value)) == sizeof(value), "eventfd: %s", strerror(errno));
    return value;
}
static int new_event(unsigned value) { return SYS(eventfd(value, EFD_NONBLOCK)); }
static int new_file(const char *name, const char *text)
{
    int fd = SYS(open(name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text), "write: %s", strerror(errno));
    SYS(lseek(fd, 0, SEEK_SET));
    return fd;
}
static void pair(int type, int s[2]) { SYS(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, s)); }
static int inode_of(int fd)
{
    struct stat st;
    SYS(fstat(fd, &st));
    return (int)st.st_ino;
}

/* Bytes before, at and behind a message with files; and one read that stops at it. */
static int stream[2], exact[2], twin[2], cut[2], file, pipe_in;
static ssize_t first_piece;

static void make_streams(void)
{
    int p[2], fds[MOST], event = new_event(7), memory;
    pair(SOCK_STREAM, stream);
    pair(SOCK_STREAM, exact);
    pair(SOCK_STREAM, twin);
    pair(SOCK_STREAM, cut);
    SYS(pipe(p));
    pipe_in = p[1];
    SYS(write(pipe_in, "in the pipe", 11));
    file = new_file("shared", "0123456789");
    SYS(lseek(file, 3, SEEK_SET));
    memory = SYS(memfd_create("flying", MFD_ALLOW_SEALING));
    SYS(write(memory, "memory", 6));
    SYS(lseek(memory, 2, SEEK_SET));
    fds[0] = file, fds[1] = p[0], fds[2] = event, fds[3] = memory;
    SYS(send(stream[0], "abc", 3, 0));
    pass(stream[0], "de", 2, fds, 4);
    SYS(send(stream[0], "fgh", 3, 0));
    pass(stream[0], "i", 1, fds, 2);
    SYS(close(p[0]));
    SYS(close(event));
    SYS(close(memory));
    SYS(send(exact[0], "abc", 3, 0));
    pass(exact[0], "de", 2, &file, 1);
    sc_fill((uint8_t *)big, BIG, 9);
    pass(twin[0], big, BIG, &file, 1);
    pass(cut[0], big, BIG, &file, 1);
    first_piece = recv(twin[1], in, BIG, 0);
}
static void check_streams(void)
{
    int got[MOST], again[MOST], rest = 0;
    take(stream[1], "abcde", 5, got, 4, "bytes and files");
    take(stream[1], "fghi", 4, again, 2, "bytes between");
    expect_none(stream[1], "stream");
    expect_read(got[0], "34", "file");
    expect_read(file, "56", "file at its own descriptor");
    expect_read(again[0], "78", "file, sent twice");
    expect_read(got[1], "in the pipe", "pipe");
    SYS(write(pipe_in, "more", 4));
    expect_read(again[1], "more", "pipe, sent twice");
    CHECK(count(got[2]) == 7, "eventfd");
    expect_read(got[3], "mory", "memfd");
    CHECK(fcntl(got[3], F_GET_SEALS) == 0, "seals");
    CHECK(recv(exact[1], in, 3, MSG_DONTWAIT) == 3, "the bytes before");
    take(exact[1], "de", 2, got, 1, "the bytes with a file");
    take(cut[1], big, (size_t)first_piece, got, 1, "a big message");
    for (int at = (int)first_piece; at < BIG; at += rest) {
        rest = (int)recv(cut[1], in, BIG, MSG_DONTWAIT);
        CHECK(rest > 0 && !memcmp(in, big + at, (size_t)rest), "rest of the big message at %d", at);
    }
}

/* Datagrams and packets: an empty one with files, a file in flight twice, unlinked, with credentials. */
static int datagrams[2], packets[2], stamped[2];

static void make_datagrams(void)
{
    int on = 1, twice[2], gone = new_file("gone", "not lost"), far = new_file("far", "far away");
    pair(SOCK_DGRAM, datagrams);
    pair(SOCK_SEQPACKET, packets);
    pair(SOCK_DGRAM, stamped);
    SYS(setsockopt(datagrams[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)));
    SYS(setsockopt(stamped[1], SOL_SOCKET, SO_TIMESTAMP, &on, sizeof(on)));
    SYS(unlink("gone"));
    SYS(lseek(gone, 4, SEEK_SET));
    SYS(lseek(far, 4, SEEK_SET));
    twice[0] = twice[1] = far;
    SYS(send(datagrams[0], "first", 5, 0));
    pass(datagrams[0], "", 0, twice, 2);
    pass(datagrams[0], "third", 5, &gone, 1);
    pass(packets[0], "one", 3, &gone, 1);
    pass(packets[0], "two", 3, &far, 1);
    SYS(close(gone));
    SYS(close(far));
    SYS(send(stamped[0], "when", 4, 0));
    pass_away(stamped[0], "then", new_event(3));
}
static void check_datagrams(void)
{
    int twice[2], gone[2], far;
    take_text(datagrams[1], "first", NULL, 0);
    take(datagrams[1], "", 0, twice, 2, "an empty datagram");
    CHECK(sender.pid == getpid() && sender.uid == getuid(), "credentials of %d", sender.pid);
    take_text(datagrams[1], "third", gone, 1);
    expect_none(datagrams[1], "datagrams");
    take_text(packets[1], "one", gone + 1, 1);
    take_text(packets[1], "two", &far, 1);
    expect_none(packets[1], "packets");
    expect_read(twice[0], "aw", "a file in flight");
    expect_read(far, "a", "the same, from another socket");
    expect_read(twice[1], "y", "the same, twice in a message");
    expect_read(gone[0], "lo", "an unlinked file");
    expect_read(gone[1], "st", "the same, from another socket");
    take_text(stamped[1], "when", NULL, 0);
    take_text(stamped[1], "then", &far, 1);
    CHECK(count(far) == 3, "eventfd with a time stamp");
}

/* Sockets in flight: with files in their own queues, both ends, listening, in their own queue. */
static int carrier[2], inner_out, self_sent[2], orphan[2], poller;
static struct sockaddr_un address = {.sun_family = AF_UNIX};
static socklen_t address_len;

static void make_sockets(void)
{
    int inner[2], both[2], listener, watched, one, other;
    struct epoll_event e = {.events = EPOLLIN, .data = {.u64 = 4711}};
    pair(SOCK_STREAM, carrier);
    pair(SOCK_STREAM, inner);
    pair(SOCK_SEQPACKET, both);
    pair(SOCK_DGRAM, self_sent);
    pair(SOCK_STREAM, orphan);
    inner_out = inner[0];
    pass_away(inner[0], "inner", new_event(11));
    pass_away(carrier[0], "nested", inner[1]);
    one = both[0], other = both[1];
    pass_away(carrier[0], "one end", one);
    pass_away(carrier[0], "the other", other);
    listener = SYS(socket(AF_UNIX, SOCK_STREAM, 0));
    address_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
                              (size_t)sprintf(address.sun_path + 1, "ckpt/%d/in flight", (int)getpid()));
    SYS(bind(listener, (struct sockaddr *)&address, address_len));
    SYS(listen(listener, 3));
    pass_away(carrier[0], "listener", listener);
    watched = new_event(1);
    poller = SYS(epoll_create1(0));
    SYS(epoll_ctl(poller, EPOLL_CTL_ADD, watched, &e));
    pass(carrier[0], "watched", 7, &watched, 1);
    e.data.u64 = 4712;
    int flying = SYS(epoll_create1(0));
    SYS(epoll_ctl(flying, EPOLL_CTL_ADD, watched, &e));
    SYS(close(watched));
    pass_away(carrier[0], "watcher", flying);
    pass(self_sent[0], "itself", 6, &self_sent[1], 1);
    /*
     * Nobody can ever receive this one: the kernel closes it, when a socket is closed. It gives up where somebody peeks at
     * files in flight just then, be it in another process.
     */
    pass_away(orphan[0], "lost", orphan[1]);
    struct pollfd p = {.fd = orphan[0], .events = POLLRDHUP};
    for (int tries = 0; poll(&p, 1, 100) == 0; tries++) {
        CHECK(tries < 200, "a socket in its own queue was not closed");
        SYS(close(SYS(socket(AF_UNIX, SOCK_STREAM, 0))));
    }
}
static void check_sockets(void)
{
    int inner, both[2], listener, watched, watcher, itself, event, client;
    struct epoll_event e;
    take_text(carrier[1], "nested", &inner, 1);
    take_text(inner, "inner", &event, 1);
    CHECK(count(event) == 11, "an eventfd in the queue of a socket in flight");
    SYS(send(inner_out, "alive", 5, 0));
    take_text(inner, "alive", NULL, 0);
    take_text(carrier[1], "one end", &both[0], 1);
    take_text(carrier[1], "the other", &both[1], 1);
    SYS(send(both[0], "pair", 4, 0));
    take_text(both[1], "pair", NULL, 0);
    take_text(carrier[1], "listener", &listener, 1);
    client = SYS(socket(AF_UNIX, SOCK_STREAM, 0));
    SYS(connect(client, (struct sockaddr *)&address, address_len));
    SYS(close(SYS(accept(listener, NULL, NULL))));
    CHECK(epoll_wait(poller, &e, 1, 0) == 1 && e.data.u64 == 4711, "a file in flight that is watched");
    take_text(carrier[1], "watched", &watched, 1);
    take_text(carrier[1], "watcher", &watcher, 1);
    CHECK(epoll_wait(watcher, &e, 1, 0) == 1 && e.data.u64 == 4712, "an epoll instance in flight");
    CHECK(count(watched) == 1 && epoll_wait(watcher, &e, 1, 0) == 0, "the watched eventfd");
    take_text(self_sent[1], "itself", &itself, 1);
    CHECK(inode_of(itself) == inode_of(self_sent[1]), "a socket in its own queue");
    SYS(send(self_sent[0], "me", 2, 0));
    take_text(itself, "me", NULL, 0);
    CHECK(recv(orphan[0], in, 1, 0) == 0, "the end of a closed socket");
}

/* What else belongs to a file that is in flight alone: its lock, its owner; an internet socket. */
static int more[2];
static struct sockaddr_in port = {.sin_family = AF_INET};

static void make_more(void)
{
    int locked = new_file("locked", "x"), owned[2], tcp = SYS(socket(AF_INET, SOCK_STREAM, 0));
    socklen_t len = sizeof(port);
    pair(SOCK_SEQPACKET, more);
    SYS(flock(locked, LOCK_EX));
    pass_away(more[0], "locked", locked);
    SYS(pipe(owned));
    SYS(fcntl(owned[0], F_SETOWN, getpid()));
    SYS(fcntl(owned[0], F_SETSIG, SIGUSR2));
    SYS(close(owned[1]));
    pass_away(more[0], "owned", owned[0]);
    port.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    SYS(bind(tcp, (struct sockaddr *)&port, sizeof(port)));
    SYS(getsockname(tcp, (struct sockaddr *)&port, &len));
    SYS(listen(tcp, 3));
    pass_away(more[0], "tcp", tcp);
    tcp = SYS(socket(AF_INET, SOCK_DGRAM, 0));
    SYS(connect(tcp, (struct sockaddr *)&port, sizeof(port)));
    pass_away(more[0], "udp", tcp);
}
static void check_more(void)
{
    int locked, owned, tcp, udp, listens = 0, again = SYS(open("locked", O_RDWR | O_CLOEXEC));
    struct sockaddr_in peer, own;
    socklen_t len = sizeof(peer), option_len = sizeof(listens);
    CHECK(flock(again, LOCK_EX | LOCK_NB) == -1 && errno == EWOULDBLOCK, "a lock of a file in flight is gone");
    take_text(more[1], "locked", &locked, 1);
    SYS(flock(locked, LOCK_UN));
    SYS(flock(again, LOCK_EX | LOCK_NB));
    take_text(more[1], "owned", &owned, 1);
    CHECK(fcntl(owned, F_GETOWN) == getpid() && fcntl(owned, F_GETSIG) == SIGUSR2, "the owner of a file in flight");
    take_text(more[1], "tcp", &tcp, 1);
    SYS(getsockname(tcp, (struct sockaddr *)&own, &len));
    SYS(getsockopt(tcp, SOL_SOCKET, SO_ACCEPTCONN, &listens, &option_len));
    CHECK(listens == 1 && own.sin_port == port.sin_port, "a TCP socket in flight that listens");
    take_text(more[1], "udp", &udp, 1);
    SYS(getpeername(udp, (struct sockaddr *)&peer, &len));
    CHECK(peer.sin_port == port.sin_port, "the peer of a UDP socket in flight");
}

int main(int argc, char **argv)
{
    char path[PATH_MAX];
    sc_init(argc, argv);
    SYS(chdir(sc_dir(path)));
    make_streams();
    make_datagrams();
    make_sockets();
    make_more();
    sc_hold();
    check_streams();
    check_datagrams();
    check_sockets();
    check_more();
    return sc_finish();
}
