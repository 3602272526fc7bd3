/* Classic BPF filters on UDP and unix sockets: what they let in, what SO_GET_FILTER says, SO_LOCK_FILTER. */
#include "selfcheck.h"
#include <linux/filter.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

/* Lets in what has a k at an offset; of UDP the program sees the header too. */
static void attach(int fd, uint32_t at)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, at),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 'k', 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0xffff),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    struct sock_fprog program = {ARRAY_LEN(code), code};
    SYS(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)));
}
static unsigned filter_of(int fd, struct sock_filter code[8])
{
    socklen_t len = 8; /* instructions, not bytes */
    SYS(getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, code, &len));
    return len;
}
static void check(int from, int to, uint32_t at)
{
    struct sock_filter code[8];
    struct pollfd p = {.fd = to, .events = POLLIN};
    char got[8];
    CHECK(filter_of(to, code) == 4 && code[0].k == at && code[1].k == 'k' && code[3].k == 0, "another filter");
    if (send(from, "no", 2, 0) < 0)
        CHECK(errno == EPERM, "send: %s", strerror(errno)); /* a unix socket says so */
    SYS(send(from, "kept", 4, 0));
    CHECK(poll(&p, 1, 10000) == 1, "nothing arrives");
    CHECK(recv(to, got, sizeof(got), MSG_DONTWAIT) == 4 && !memcmp(got, "kept", 4), "another message arrives");
    CHECK(recv(to, got, sizeof(got), MSG_DONTWAIT) == -1, "what the filter drops arrives");
}

int main(int argc, char **argv)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof(a);
    struct sock_filter code[8];
    int s[2], on = 1, locked;
    char got[8];
    sc_init(argc, argv);
    int box = SYS(socket(AF_INET, SOCK_DGRAM, 0)), client = SYS(socket(AF_INET, SOCK_DGRAM, 0));
    SYS(bind(box, (struct sockaddr *)&a, sizeof(a)));
    SYS(getsockname(box, (struct sockaddr *)&a, &len));
    SYS(connect(client, (struct sockaddr *)&a, len));
    SYS(socketpair(AF_UNIX, SOCK_DGRAM, 0, s));
    SYS(send(s[0], "before", 6, 0)); /* the filter would not have let it in */
    attach(box, 8);
    attach(s[1], 0);
    SYS(setsockopt(box, SOL_SOCKET, SO_LOCK_FILTER, &on, sizeof(on)));
    SYS(setsockopt(s[0], SOL_SOCKET, SO_LOCK_FILTER, &on, sizeof(on)));
    check(client, box, 8);
    sc_hold();

    CHECK(recv(s[1], got, sizeof(got), MSG_DONTWAIT) == 6 && !memcmp(got, "before", 6), "what was there before is lost");
    check(client, box, 8);
    check(s[0], s[1], 0);
    CHECK(filter_of(client, code) == 0, "a filter that nobody attached");
    CHECK(setsockopt(box, SOL_SOCKET, SO_DETACH_FILTER, &on, sizeof(on)) == -1 && errno == EPERM, "the lock is lost");
    len = sizeof(locked);
    SYS(getsockopt(s[0], SOL_SOCKET, SO_LOCK_FILTER, &locked, &len));
    CHECK(locked == 1, "the lock without a filter is lost");
    SYS(setsockopt(s[1], SOL_SOCKET, SO_DETACH_FILTER, &on, sizeof(on)));
    return sc_finish();
}
