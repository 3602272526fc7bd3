/*
 * Unix connections to another process at a dump with --ext-unix: whoever runs on keeps them; whoever comes back finds
 * what was received, then the end, and the socket that listens serves on.
 */
#include "selfcheck.h"
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#define IDLE_MSEC 120000

static struct sockaddr_un address;
static socklen_t address_len;

/* When the process was made: another time once it has come back. */
static unsigned long long start_time(void)
{
    char text[1024], *at;
    unsigned long long start;
    sc_slurp("/proc/self/stat", text, sizeof(text));
    at = strrchr(text, ')');
    CHECK(at && sscanf(at + 1, "%*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu", &start) == 1,
          "start time");
    return start;
}

static int listening(const char *what)
{
    memset(&address, 0, sizeof(address));
    address.sun_family = AF_UNIX;
    int n = snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, "ckpt/%d/%s", (int)getpid(), what);
    address_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n);
    int fd = SYS(socket(AF_UNIX, SOCK_STREAM, 0));
    SYS(bind(fd, (struct sockaddr *)&address, address_len));
    SYS(listen(fd, 5));
    return fd;
}
static int connected(void)
{
    int fd = SYS(socket(AF_UNIX, SOCK_STREAM, 0));
    SYS(connect(fd, (struct sockaddr *)&address, address_len));
    return fd;
}
/* A process that is not our child sends back what comes over these, until all are closed. */
static void serve(int fds[], int nr)
{
    pid_t middle = SYS(fork());
    if (middle == 0) {
        struct pollfd p[8];
        int left = nr;
        setsid(); /* the target's session must end with it, for its pid to be free */
        if (fork() != 0)
            _exit(0);
        for (int i = 0; i < nr; i++) {
            SYS(dup2(fds[i], 200 + i));
            p[i] = (struct pollfd){.fd = 200 + i, .events = POLLIN};
        }
        for (int fd = 0; fd < 200; fd++)
            close(fd);
        while (left > 0 && sc_serve_poll(p, (nfds_t)nr, IDLE_MSEC) > 0) {
            for (int i = 0; i < nr; i++) {
                char text[64];
                if (p[i].fd < 0 || !p[i].revents)
                    continue;
                ssize_t n = recv(p[i].fd, text, sizeof(text), MSG_DONTWAIT);
                if (n > 0)
                    send(p[i].fd, text, (size_t)n, MSG_NOSIGNAL);
                if (n > 0 || (n < 0 && errno == EAGAIN && !(p[i].revents & POLLHUP)))
                    continue;
                p[i].fd = -1;
                left--;
            }
        }
        _exit(0);
    }
    SYS(waitpid(middle, NULL, 0));
    for (int i = 0; i < nr; i++)
        SYS(close(fds[i]));
}
static void expect(int fd, const char *text)
{
    char got[64];
    struct pollfd p = {.fd = fd, .events = POLLIN};
    CHECK(poll(&p, 1, 10000) == 1, "%s does not come", text);
    ssize_t n = recv(fd, got, sizeof(got), 0);
    CHECK(n == (ssize_t)strlen(text) && !memcmp(got, text, (size_t)n), "not %s comes", text);
}
static void say(int fd, const char *text) { SYS(send(fd, text, strlen(text), MSG_NOSIGNAL)); }
static void expect_end(int fd, const char *what)
{
    char byte;
    CHECK(recv(fd, &byte, 1, MSG_DONTWAIT) == 0, "%s: no end: %s", what, strerror(errno));
    CHECK(send(fd, "x", 1, MSG_NOSIGNAL) == -1 && errno == EPIPE, "%s: send: %s", what, strerror(errno));
}

int main(int argc, char **argv)
{
    int pair[2], packets[2], letters[2], fds[4];
    sc_init(argc, argv);
    int listener = listening("listener");
    int outer = connected(), accepted = SYS(accept(listener, NULL, NULL)), pending = connected();
    SYS(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    SYS(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, packets));
    SYS(socketpair(AF_UNIX, SOCK_DGRAM, 0, letters));
    fds[0] = outer, fds[1] = pair[1], fds[2] = packets[1], fds[3] = letters[1];
    serve(fds, 4);
    int open[4] = {accepted, pair[0], packets[0], letters[0]};
    for (int i = 0; i < 4; i++) {
        struct pollfd p = {.fd = open[i], .events = POLLIN};
        say(open[i], "unread");
        CHECK(poll(&p, 1, 10000) == 1, "no answer");
    }
    unsigned long long start = start_time();
    sc_hold();

    for (int i = 0; i < 4; i++)
        expect(open[i], "unread");
    if (start_time() == start) {
        for (int i = 0; i < 4; i++) {
            say(open[i], "again");
            expect(open[i], "again");
        }
        int late = SYS(accept(listener, NULL, NULL));
        say(pending, "pending");
        expect(late, "pending");
        return sc_finish();
    }
    expect_end(accepted, "accepted");
    expect_end(pair[0], "pair");
    expect_end(packets[0], "packets");
    expect_end(pending, "never accepted");
    CHECK(send(letters[0], "x", 1, MSG_NOSIGNAL) == -1 && errno == ECONNREFUSED, "letters: %s", strerror(errno));
    CHECK(recv(letters[0], fds, 1, MSG_DONTWAIT) == -1 && errno == EAGAIN, "letters: something is left");
    int again = connected(), served = SYS(accept(listener, NULL, NULL));
    say(again, "a new one");
    expect(served, "a new one");
    return sc_finish();
}
