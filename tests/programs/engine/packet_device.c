/*
 * packet_device STATUS HERE THERE [down|waits]: a packet socket on one end of a pair of interfaces hears what is sent at
 * the other. "down": its end is down until the dump, and the task knows. "waits": a frame waits in it at the dump; the
 * restored task does not find it.
 */
#include "../selfcheck.h"
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>

#define EXPERIMENT 0x88b5 /* for local experiments, IEEE 802 */

static int bound(const char *name)
{
    struct sockaddr_ll a = {.sll_family = AF_PACKET, .sll_protocol = htons(EXPERIMENT)};
    a.sll_ifindex = (int)if_nametoindex(name);
    CHECK(a.sll_ifindex > 0, "no interface %s", name);
    int fd = SYS(socket(AF_PACKET, SOCK_RAW, 0));
    SYS(bind(fd, (struct sockaddr *)&a, sizeof(a)));
    return fd;
}
static int error_of(int fd)
{
    int error;
    socklen_t len = sizeof(error);
    SYS(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len));
    return error;
}
static void send_frame(int fd, const char *text)
{
    struct {
        struct ethhdr h;
        char text[46];
    } frame = {.h = {.h_dest = {2, 2, 2, 2, 2, 2}, .h_proto = htons(EXPERIMENT)}};
    strcpy(frame.text, text);
    SYS(send(fd, &frame, sizeof(frame), 0));
}

int main(int argc, char **argv)
{
    char got[128];
    sc_init(argc, argv);
    bool down = argc > 4 && !strcmp(argv[4], "down"), waits = argc > 4 && !strcmp(argv[4], "waits");
    int here = bound(argv[2]), there = bound(argv[3]);
    struct packet_mreq all = {(int)if_nametoindex(argv[2]), PACKET_MR_PROMISC, 0, {0}};
    SYS(setsockopt(here, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof(all)));
    CHECK(error_of(here) == (down ? ENETDOWN : 0), "not the state of the interface");
    error_of(there);
    if (waits)
        send_frame(there, "before");
    sc_hold();

    CHECK(error_of(here) == 0, "an error that is known already");
    send_frame(there, "after");
    struct pollfd p = {.fd = here, .events = POLLIN};
    CHECK(poll(&p, 1, 10000) == 1, "nothing is heard");
    SYS(recv(here, got, sizeof(got), 0));
    CHECK(!strcmp(got + sizeof(struct ethhdr), "after"), "it hears %s", got + sizeof(struct ethhdr));
    return sc_finish();
}
