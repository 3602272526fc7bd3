/* Packet pipes (O_DIRECT) with three packets: each read gives one, also when no flag tells of packets any more. */
#include "selfcheck.h"

static const int sizes[3] = {100, 4096, 7};
static uint8_t buf[8192];

static void make(int p[2])
{
    SYS(pipe2(p, O_DIRECT));
    for (int i = 0; i < 3; i++) {
        sc_fill(buf, (size_t)sizes[i], (uint64_t)i);
        CHECK(write(p[1], buf, (size_t)sizes[i]) == sizes[i], "write");
    }
}

static void check(const int p[2], const char *which)
{
    for (int i = 0; i < 3; i++) {
        ssize_t n = read(p[0], buf, sizeof(buf));
        CHECK(n == sizes[i], "%s: packet %d has %zd bytes", which, i, n);
        CHECK(sc_verify(buf, (size_t)n, (uint64_t)i) < 0, "%s: content of packet %d", which, i);
    }
}

int main(int argc, char **argv)
{
    int open[2], closed[2], plain[2];
    sc_init(argc, argv);
    make(open);
    make(closed);
    SYS(close(closed[1]));
    make(plain);
    SYS(fcntl(plain[1], F_SETFL, 0));
    sc_hold();
    CHECK(fcntl(open[1], F_GETFL) & O_DIRECT, "not a packet pipe any more");
    check(open, "open");
    check(closed, "closed");
    CHECK(read(closed[0], buf, 1) == 0, "the closed one does not end");
    check(plain, "plain");
    SYS(write(open[1], "ab", 2));
    SYS(write(open[1], "c", 1));
    CHECK(read(open[0], buf, 100) == 2 && read(open[0], buf, 100) == 1, "new packets");
    SYS(write(plain[1], "ab", 2));
    SYS(write(plain[1], "c", 1));
    CHECK(read(plain[0], buf, 100) == 3, "packets of a pipe that makes none any more");
    return sc_finish();
}
