/*
 * Files in flight in a stream and in datagrams: each comes with its message and is what was sent, SO_PEEK_OFF is never seen
 * set, and the POSIX lock on a file that is in flight for ever is never dropped.
 */
#include "victim.h"
#include <sys/eventfd.h>
#include <sys/socket.h>

#define WAITING 4

static int locked, other;

static void pass(int to, unsigned number, int fd)
{
    union {
        struct cmsghdr h;
        char room[CMSG_SPACE(sizeof(int))];
    } control = {.h = {.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS}};
    struct iovec v = {&number, sizeof(number)};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)};
    memcpy(CMSG_DATA(&control.h), &fd, sizeof(int));
    SYS(sendmsg(to, &m, 0));
}
static int take(int from, unsigned expected)
{
    union {
        struct cmsghdr h;
        char room[CMSG_SPACE(sizeof(int))];
    } control;
    unsigned number = 0;
    int fd = -1;
    struct iovec v = {&number, sizeof(number)};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)};
    SYS(recvmsg(from, &m, MSG_DONTWAIT));
    CHECK(number == expected, "message %u, not %u", number, expected);
    CHECK(CMSG_FIRSTHDR(&m) && !(m.msg_flags & MSG_CTRUNC), "no file with message %u", number);
    memcpy(&fd, CMSG_DATA(&control.h), sizeof(int));
    return fd;
}
static void check(int from, unsigned taken)
{
    uint64_t count = 0;
    unsigned seen[2];
    int off;
    socklen_t len = sizeof(off);
    SYS(getsockopt(from, SOL_SOCKET, SO_PEEK_OFF, &off, &len));
    CHECK(off == -1, "SO_PEEK_OFF is set");
    for (int i = 0; i < 2; i++) {
        SYS(recv(from, &seen[i], sizeof(seen[i]), MSG_PEEK | MSG_DONTWAIT));
        CHECK(seen[i] == taken, "peeked at message %u, not %u", seen[i], taken);
    }
    int fd = take(from, taken);
    SYS(read(fd, &count, sizeof(count)));
    CHECK(count == taken + 1, "the eventfd of message %u has %llu", taken, (unsigned long long)count);
    SYS(close(fd));
}
static void check_lock(void)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    SYS(fcntl(other, F_OFD_GETLK, &lock));
    CHECK(lock.l_type == F_WRLCK, "the lock is gone");
}

int main(int argc, char **argv)
{
    char path[PATH_MAX];
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int stream[2], datagrams[2], parked[2];
    unsigned sent = 0, taken = 0;
    v_init(argc, argv, 0);
    SYS(chdir(sc_dir(path)));
    SYS(socketpair(AF_UNIX, SOCK_STREAM, 0, stream));
    SYS(socketpair(AF_UNIX, SOCK_DGRAM, 0, datagrams));
    SYS(socketpair(AF_UNIX, SOCK_DGRAM, 0, parked));
    locked = SYS(open("locked", O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    other = SYS(open("locked", O_RDWR | O_CLOEXEC));
    pass(parked[0], 0, locked);
    SYS(fcntl(locked, F_SETLK, &lock));
    v_ready();
    while (v_tick()) {
        while (sent < taken + WAITING) {
            int to_stream = SYS(eventfd(sent + 1, EFD_CLOEXEC)), to_datagrams = SYS(eventfd(sent + 1, EFD_CLOEXEC));
            pass(stream[0], sent, to_stream);
            pass(datagrams[0], sent++, to_datagrams);
            SYS(close(to_stream));
            SYS(close(to_datagrams));
        }
        check_lock();
        check(stream[1], taken);
        check(datagrams[1], taken++);
    }
    v_end();
    return sc_finish();
}
