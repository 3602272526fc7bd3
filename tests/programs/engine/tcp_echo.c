/*
 * tcp_echo STATUS PORT: connects to the port and sends back what comes from there, until it ends. Another thread looks at
 * the same socket all the time, and nothing that it sees may change.
 */
#include "selfcheck.h"
#include <netinet/in.h>
#include <sys/socket.h>

static int fd;

static void *look(void *unused)
{
    char byte;
    for (;;) {
        int value = 0;
        socklen_t len = sizeof(value);
        SYS(getsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &value, &len));
        CHECK(value == 1, "SO_REUSEADDR is %d", value);
        ssize_t n = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        CHECK(n >= 0 || errno == EAGAIN, "peek: %s", strerror(errno));
        if (n == 0)
            return unused;
    }
}

int main(int argc, char **argv)
{
    char block[4096];
    int on = 1;
    ssize_t n;
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    sc_init(argc, argv);
    a.sin_port = htons((uint16_t)atoi(argv[2]));
    fd = SYS(socket(AF_INET, SOCK_STREAM, 0));
    SYS(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)));
    SYS(connect(fd, (struct sockaddr *)&a, sizeof(a)));
    pthread_t thread = sc_thread(look, NULL);
    sc_ready();
    while ((n = SYS(recv(fd, block, sizeof(block), 0))) > 0)
        CHECK(SYS(send(fd, block, (size_t)n, MSG_NOSIGNAL)) == n, "it takes less than it gave");
    PT(pthread_join(thread, NULL));
    return sc_finish();
}
