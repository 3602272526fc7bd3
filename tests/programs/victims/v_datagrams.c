/* Datagrams that wait in a socket: SO_PEEK_OFF is what it was, a peek shows the first one, and none is lost or swapped. */
#include "victim.h"
#include <sys/socket.h>

#define WAITING 6

int main(int argc, char **argv)
{
    int s[2], value;
    socklen_t len = sizeof(value);
    char text[32], expected[32];
    unsigned sent = 0, taken = 0;
    v_init(argc, argv, 0);
    SYS(socketpair(AF_UNIX, SOCK_DGRAM, 0, s));
    v_ready();
    while (v_tick()) {
        while (sent < taken + WAITING) {
            snprintf(text, sizeof(text), "datagram %u", sent++);
            SYS(send(s[0], text, strlen(text) + 1, 0));
        }
        SYS(getsockopt(s[1], SOL_SOCKET, SO_PEEK_OFF, &value, &len));
        CHECK(value == -1, "SO_PEEK_OFF is %d", value);
        snprintf(expected, sizeof(expected), "datagram %u", taken);
        for (int i = 0; i < 3; i++) {
            SYS(recv(s[1], text, sizeof(text), MSG_PEEK | MSG_DONTWAIT));
            CHECK(!strcmp(text, expected), "peeked \"%s\", not \"%s\"", text, expected);
        }
        SYS(recv(s[1], text, sizeof(text), MSG_DONTWAIT));
        CHECK(!strcmp(text, expected), "received \"%s\", not \"%s\"", text, expected);
        taken++;
    }
    v_end();
    return sc_finish();
}
