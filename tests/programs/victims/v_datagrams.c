/*
 * Datagrams that wait in a unix and in a UDP socket: SO_PEEK_OFF and what a UDP socket tells are what they were, a peek
 * shows the first one, and none is lost or swapped.
 */
#include "victim.h"
#include <netinet/in.h>
#include <sys/socket.h>

#define WAITING 6

static const int telling[] = {IP_RECVORIGDSTADDR, IP_RECVTTL, IP_RECVTOS};

static int get(int fd, int level, int name)
{
    int value;
    socklen_t len = sizeof(value);
    SYS(getsockopt(fd, level, name, &value, &len));
    return value;
}
/* A UDP socket that sends to itself. */
static int to_itself(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof(a);
    int fd = SYS(socket(AF_INET, SOCK_DGRAM, 0));
    SYS(bind(fd, (struct sockaddr *)&a, sizeof(a)));
    SYS(getsockname(fd, (struct sockaddr *)&a, &len));
    SYS(connect(fd, (struct sockaddr *)&a, len));
    return fd;
}
static void check(int fd, unsigned taken)
{
    char text[32], expected[32];
    CHECK(get(fd, SOL_SOCKET, SO_PEEK_OFF) == -1, "SO_PEEK_OFF is set");
    snprintf(expected, sizeof(expected), "datagram %u", taken);
    for (int i = 0; i < 3; i++) {
        SYS(recv(fd, text, sizeof(text), MSG_PEEK | MSG_DONTWAIT));
        CHECK(!strcmp(text, expected), "peeked \"%s\", not \"%s\"", text, expected);
    }
    SYS(recv(fd, text, sizeof(text), MSG_DONTWAIT));
    CHECK(!strcmp(text, expected), "received \"%s\", not \"%s\"", text, expected);
}

int main(int argc, char **argv)
{
    int s[2], udp = to_itself();
    char text[32];
    unsigned sent = 0, taken = 0;
    v_init(argc, argv, 0);
    SYS(socketpair(AF_UNIX, SOCK_DGRAM, 0, s));
    v_ready();
    while (v_tick()) {
        while (sent < taken + WAITING) {
            snprintf(text, sizeof(text), "datagram %u", sent++);
            SYS(send(s[0], text, strlen(text) + 1, 0));
            SYS(send(udp, text, strlen(text) + 1, 0));
        }
        check(s[1], taken);
        check(udp, taken++);
        for (size_t i = 0; i < ARRAY_LEN(telling); i++)
            CHECK(get(udp, IPPROTO_IP, telling[i]) == 0, "option %d is set", telling[i]);
    }
    v_end();
    return sc_finish();
}
