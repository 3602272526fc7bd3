/* Socketpairs of each kind with what waits in them, message borders, options, shutdown, and ends whose peer is closed. */
#include "selfcheck.h"
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#define BIG 150000

static uint8_t in[BIG], out[BIG + 1];

static void expect_message(int fd, const void *data, size_t len, const char *what)
{
    ssize_t n = recv(fd, out, sizeof(out), MSG_DONTWAIT);
    CHECK(n == (ssize_t)len, "%s: %zd bytes, not %zu (%s)", what, n, len, n < 0 ? strerror(errno) : "");
    CHECK(len == 0 || !memcmp(out, data, len), "%s: wrong bytes", what);
}
static void expect_none(int fd, const char *what)
{
    CHECK(recv(fd, out, 1, MSG_DONTWAIT) == -1 && errno == EAGAIN, "%s: something is left", what);
    CHECK(recv(fd, out, 1, MSG_DONTWAIT | MSG_PEEK) == -1 && errno == EAGAIN, "%s: peek", what);
}
static int option(int fd, int name)
{
    int value;
    socklen_t len = sizeof(value);
    SYS(getsockopt(fd, SOL_SOCKET, name, &value, &len));
    return value;
}
static void set(int fd, int name, int value) { SYS(setsockopt(fd, SOL_SOCKET, name, &value, sizeof(value))); }

/* Sender and credentials of the next message. */
static struct ucred credentials(int fd)
{
    union {
        struct cmsghdr h;
        char room[CMSG_SPACE(sizeof(struct ucred))];
    } control;
    char byte[8];
    struct iovec v = {byte, sizeof(byte)};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)};
    struct ucred creds;
    SYS(recvmsg(fd, &m, MSG_DONTWAIT));
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    CHECK(c && c->cmsg_type == SCM_CREDENTIALS, "no credentials");
    memcpy(&creds, CMSG_DATA(c), sizeof(creds));
    return creds;
}

int main(int argc, char **argv)
{
    int stream[2], dgram[2], packets[2], half[2], widow[2], quiet[2], creds[2], named[2];
    struct sockaddr_un name, same;
    struct timeval timeout = {7, 500000}, seen;
    socklen_t len = sizeof(seen);
    int waiting;
    sc_init(argc, argv);
    sc_fill(in, BIG, 4);
    SYS(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, stream));
    SYS(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, dgram));
    SYS(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, packets));
    SYS(socketpair(AF_UNIX, SOCK_STREAM, 0, half));
    SYS(socketpair(AF_UNIX, SOCK_STREAM, 0, widow));
    SYS(socketpair(AF_UNIX, SOCK_DGRAM, 0, quiet));
    SYS(socketpair(AF_UNIX, SOCK_DGRAM, 0, creds));
    CHECK(send(stream[0], in, BIG, 0) == BIG, "stream: %s", strerror(errno));
    CHECK(recv(stream[1], out, 1000, 0) == 1000, "stream: %s", strerror(errno));
    CHECK(send(stream[1], "back", 4, 0) == 4, "stream: %s", strerror(errno));
    SYS(fcntl(stream[1], F_SETFL, 0));
    for (int i = 0; i < 5; i++)
        SYS(send(dgram[0], in + i, (size_t)(i * 25000 / 4), 0)); /* the first is empty */
    for (int i = 0; i < 3; i++)
        SYS(send(dgram[0], "", 0, 0));
    SYS(send(dgram[0], "behind", 6, 0));
    SYS(send(packets[1], "one", 3, 0));
    for (int i = 0; i < 3; i++)
        SYS(send(packets[1], "", 0, 0));
    SYS(send(packets[1], "three", 5, 0));
    SYS(shutdown(packets[1], SHUT_WR));
    SYS(send(half[0], "last words", 10, 0));
    SYS(shutdown(half[0], SHUT_WR));
    SYS(send(widow[1], "will", 4, 0));
    SYS(close(widow[1]));
    SYS(close(quiet[1]));
    set(dgram[1], SO_RCVBUF, 40000);
    set(dgram[0], SO_SNDBUF, 100000);
    set(dgram[0], SO_PRIORITY, 3);
    set(creds[1], SO_PASSCRED, 1);
    SYS(send(creds[0], "me", 2, 0));
    SYS(send(creds[0], "again", 5, 0));
    /* By this one end gets a name: unix(7), Autobind feature. */
    SYS(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, named));
    set(named[0], SO_PASSCRED, 1);
    SYS(send(named[0], "from a name", 11, 0));
    socklen_t name_len = sizeof(name), same_len = sizeof(same);
    SYS(getsockname(named[0], (struct sockaddr *)&name, &name_len));
    CHECK(name_len == sizeof(sa_family_t) + 6, "a name of %d bytes", (int)name_len);
    SYS(setsockopt(half[0], SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)));
    int sndbuf = option(dgram[0], SO_SNDBUF), rcvbuf = option(dgram[1], SO_RCVBUF), plain = option(half[1], SO_SNDBUF);
    int twin = SYS(dup(half[1]));
    sc_hold();

    SYS(ioctl(stream[1], FIONREAD, &waiting));
    CHECK(waiting == BIG - 1000, "%d bytes wait in the stream", waiting);
    for (int at = 1000; at < BIG;) {
        ssize_t n = recv(stream[1], out, BIG, MSG_DONTWAIT);
        CHECK(n > 0 && !memcmp(out, in + at, (size_t)n), "stream at %d: %zd", at, n);
        at += (int)n;
    }
    expect_none(stream[1], "stream");
    expect_message(stream[0], "back", 4, "stream backwards");
    CHECK((fcntl(stream[0], F_GETFL) & O_NONBLOCK) && !(fcntl(stream[1], F_GETFL) & O_NONBLOCK), "O_NONBLOCK");
    SYS(send(stream[1], "again", 5, 0));
    expect_message(stream[0], "again", 5, "stream in use");

    for (int i = 0; i < 5; i++)
        expect_message(dgram[1], in + i, (size_t)(i * 25000 / 4), "datagram");
    for (int i = 0; i < 3; i++)
        expect_message(dgram[1], "", 0, "empty datagram");
    expect_message(dgram[1], "behind", 6, "datagram behind empty ones");
    expect_none(dgram[1], "datagrams");
    CHECK(fcntl(dgram[0], F_GETFD) == FD_CLOEXEC, "close-on-exec");
    CHECK(option(dgram[0], SO_SNDBUF) == sndbuf && option(dgram[1], SO_RCVBUF) == rcvbuf, "buffer sizes");
    CHECK(option(half[1], SO_SNDBUF) == plain, "the size of an untouched buffer");
    CHECK(option(dgram[0], SO_PRIORITY) == 3 && option(dgram[1], SO_PRIORITY) == 0, "priority");
    CHECK(option(dgram[1], SO_PEEK_OFF) == -1 && option(packets[0], SO_PEEK_OFF) == -1, "SO_PEEK_OFF was left behind");

    expect_message(packets[0], "one", 3, "packet");
    for (int i = 0; i < 3; i++)
        expect_message(packets[0], "", 0, "empty packet");
    expect_message(packets[0], "three", 5, "packet");
    CHECK(recv(packets[0], out, 1, MSG_DONTWAIT) == 0, "no end after the packets");
    CHECK(send(packets[1], "x", 1, MSG_NOSIGNAL) == -1 && errno == EPIPE, "sends after shutdown");
    SYS(send(packets[0], "the other way", 13, 0));
    expect_message(packets[1], "the other way", 13, "packet back");

    SYS(getsockopt(half[0], SOL_SOCKET, SO_RCVTIMEO, &seen, &len));
    CHECK(seen.tv_sec == timeout.tv_sec && seen.tv_usec == timeout.tv_usec, "SO_RCVTIMEO");
    SYS(close(half[1]));
    expect_message(twin, "last words", 10, "shut down stream");
    CHECK(recv(twin, out, 1, 0) == 0, "no end of the stream");
    SYS(send(twin, "answer", 6, 0));
    expect_message(half[0], "answer", 6, "the open half");

    expect_message(widow[0], "will", 4, "peer closed");
    CHECK(recv(widow[0], out, 1, 0) == 0, "no end of the closed peer");
    CHECK(send(widow[0], "x", 1, MSG_NOSIGNAL) == -1 && errno == EPIPE, "sends to the closed peer");
    CHECK(send(quiet[0], "x", 1, MSG_NOSIGNAL) == -1 && errno == ECONNREFUSED, "datagram to the closed peer: %s",
          strerror(errno));

    for (int i = 0; i < 2; i++) {
        struct ucred c = credentials(creds[1]);
        CHECK(c.pid == getpid() && c.uid == getuid() && c.gid == getgid(), "credentials %d %d %d", c.pid, c.uid, c.gid);
    }
    SYS(getsockname(named[0], (struct sockaddr *)&same, &same_len));
    CHECK(same_len == name_len && !memcmp(&name, &same, name_len), "the name of an end of a pair");
    same_len = sizeof(same);
    SYS(getpeername(named[1], (struct sockaddr *)&same, &same_len));
    CHECK(same_len == name_len && !memcmp(&name, &same, name_len), "the name of the other end");
    same_len = sizeof(same);
    CHECK(recvfrom(named[1], out, 20, 0, (struct sockaddr *)&same, &same_len) == 11, "a packet from a name");
    CHECK(same_len == name_len && !memcmp(&name, &same, name_len), "the name of a sender");
    return sc_finish();
}
