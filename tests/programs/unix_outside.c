/* Datagram sockets that are connected to sockets of another process by name, as those of syslog(3) are. */
#include "selfcheck.h"
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#define IDLE_MSEC 60000

static socklen_t name(struct sockaddr_un *a, bool path, const char *what)
{
    char folder[PATH_MAX];
    memset(a, 0, sizeof(*a));
    a->sun_family = AF_UNIX;
    /* Not in our own folder, which is as it was for another restore: the other process is not. */
    int n = path ? snprintf(a->sun_path, sizeof(a->sun_path), "%s/../%s", sc_dir(folder), what)
                 : snprintf(a->sun_path + 1, sizeof(a->sun_path) - 1, "ckpt/%d/%s", (int)getpid(), what);
    CHECK(n < (int)sizeof(a->sun_path) - 1, "%s: too long a name", what);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n);
}
static int bound(bool path, const char *what)
{
    struct sockaddr_un a;
    socklen_t len = name(&a, path, what);
    int fd = SYS(socket(AF_UNIX, SOCK_DGRAM, 0));
    if (path)
        unlink(a.sun_path);
    SYS(bind(fd, (struct sockaddr *)&a, len));
    return fd;
}
static void connect_to(int fd, bool path, const char *what)
{
    struct sockaddr_un a;
    socklen_t len = name(&a, path, what);
    SYS(connect(fd, (struct sockaddr *)&a, len));
}
/* A process that is not our child answers whoever has a name, until nothing comes any more. */
static void serve(int one, int two)
{
    pid_t middle = SYS(fork());
    if (middle == 0) {
        setsid(); /* the target's session must end with it, for its pid to be free */
        if (fork() != 0)
            _exit(0);
        dup2(one, 0);
        dup2(two, 1);
        for (int fd = 2; fd < 256; fd++)
            close(fd);
        struct pollfd p[2] = {{.fd = 0, .events = POLLIN}, {.fd = 1, .events = POLLIN}};
        while (sc_serve_poll(p, 2, IDLE_MSEC) > 0) {
            int fd = p[0].revents ? 0 : 1;
            char text[64];
            struct sockaddr_un from;
            socklen_t len = sizeof(from);
            ssize_t n = recvfrom(fd, text, sizeof(text), 0, (struct sockaddr *)&from, &len);
            if (n > 0 && len > sizeof(sa_family_t))
                sendto(fd, text, (size_t)n, 0, (struct sockaddr *)&from, len);
        }
        _exit(0);
    }
    SYS(waitpid(middle, NULL, 0));
    SYS(close(one));
    SYS(close(two));
}
static void ask(int fd, const char *text)
{
    char got[64];
    struct pollfd p = {.fd = fd, .events = POLLIN};
    SYS(send(fd, text, strlen(text), 0));
    CHECK(poll(&p, 1, 10000) == 1, "no answer to %s", text);
    ssize_t n = recv(fd, got, sizeof(got), 0);
    CHECK(n == (ssize_t)strlen(text) && !memcmp(got, text, (size_t)n), "another answer to %s", text);
}
static void check_peer(int fd, bool path, const char *what)
{
    struct sockaddr_un a, b;
    socklen_t len = name(&a, path, what), blen = sizeof(b);
    memset(&b, 0, sizeof(b));
    SYS(getpeername(fd, (struct sockaddr *)&b, &blen));
    CHECK(blen == len && !memcmp(&a, &b, sizeof(a)), "%s: connected to another", what);
}

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    serve(bound(false, "log"), bound(true, "bus"));
    int nameless = SYS(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)), named = bound(false, "me");
    connect_to(nameless, false, "log");
    connect_to(named, true, "bus");
    SYS(send(nameless, "before", 6, 0));
    ask(named, "before");
    sc_hold();

    check_peer(nameless, false, "log");
    check_peer(named, true, "bus");
    CHECK(fcntl(nameless, F_GETFD) == FD_CLOEXEC, "close-on-exec");
    ask(named, "after");
    SYS(send(nameless, "after", 5, 0));
    return sc_finish();
}
