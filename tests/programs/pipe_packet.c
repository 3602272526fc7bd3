/* A packet pipe (O_DIRECT) with three packets: each read gives one. */
#include "selfcheck.h"

int main(int argc, char **argv)
{
    static const int sizes[3] = {100, 4096, 7};
    static uint8_t buf[8192];
    int p[2];
    sc_init(argc, argv);
    SYS(pipe2(p, O_DIRECT));
    for (int i = 0; i < 3; i++) {
        sc_fill(buf, (size_t)sizes[i], (uint64_t)i);
        CHECK(write(p[1], buf, (size_t)sizes[i]) == sizes[i], "write");
    }
    sc_hold();
    CHECK(fcntl(p[1], F_GETFL) & O_DIRECT, "not a packet pipe any more");
    for (int i = 0; i < 3; i++) {
        ssize_t n = read(p[0], buf, sizeof(buf));
        CHECK(n == sizes[i], "packet %d has %zd bytes", i, n);
        CHECK(sc_verify(buf, (size_t)n, (uint64_t)i) < 0, "content of packet %d", i);
    }
    SYS(write(p[1], "ab", 2));
    SYS(write(p[1], "c", 1));
    CHECK(read(p[0], buf, 100) == 2 && read(p[0], buf, 100) == 1, "new packets");
    return sc_finish();
}
