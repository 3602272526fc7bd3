/* A TCP socket whose connection was over at the dump: an end to read, nothing to write to, no error, and it can be used. */
#include "selfcheck.h"
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct linger at_once = {1, 0};
    socklen_t len = sizeof(a);
    char byte;
    sc_init(argc, argv);
    int listener = SYS(socket(AF_INET, SOCK_STREAM, 0));
    SYS(bind(listener, (struct sockaddr *)&a, sizeof(a)));
    SYS(listen(listener, 1));
    SYS(getsockname(listener, (struct sockaddr *)&a, &len));
    int client = SYS(socket(AF_INET, SOCK_STREAM, 0));
    SYS(connect(client, (struct sockaddr *)&a, sizeof(a)));
    int server = SYS(accept(listener, NULL, NULL));
    SYS(setsockopt(server, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)));
    SYS(close(server));
    CHECK(recv(client, &byte, 1, 0) == -1 && errno == ECONNRESET, "no reset: %s", strerror(errno));
    sc_hold();
    struct pollfd p = {.fd = client, .events = POLLIN};
    SYS(poll(&p, 1, 0));
    CHECK((p.revents & (POLLIN | POLLHUP | POLLERR)) == (POLLIN | POLLHUP), "events %x", p.revents);
    CHECK(recv(client, &byte, 1, 0) == 0, "no end to read");
    CHECK(send(client, "x", 1, MSG_NOSIGNAL) == -1 && errno == EPIPE, "write: %s", strerror(errno));
    len = sizeof(a);
    CHECK(getpeername(client, (struct sockaddr *)&a, &len) == -1 && errno == ENOTCONN, "it has a peer");
    return sc_finish();
}
