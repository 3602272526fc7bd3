/* Character devices: null, zero, full, urandom. */
#include "selfcheck.h"

int main(int argc, char **argv)
{
    uint8_t buf[64];
    sc_init(argc, argv);
    int null = SYS(open("/dev/null", O_RDWR)), zero = SYS(open("/dev/zero", O_RDWR | O_CLOEXEC)),
        full = SYS(open("/dev/full", O_RDWR | O_NONBLOCK)), random = SYS(open("/dev/urandom", O_RDWR));
    sc_hold();
    CHECK(read(null, buf, 64) == 0 && write(null, buf, 64) == 64, "/dev/null");
    memset(buf, 1, 64);
    CHECK(read(zero, buf, 64) == 64 && buf[0] == 0 && buf[63] == 0, "/dev/zero");
    CHECK(write(full, buf, 1) == -1 && errno == ENOSPC, "/dev/full");
    CHECK(read(random, buf, 64) == 64, "/dev/urandom");
    int sum = 0;
    for (int i = 0; i < 64; i++)
        sum |= buf[i];
    CHECK(sum != 0, "/dev/urandom gives zeros");
    return sc_finish();
}
