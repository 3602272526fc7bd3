/* 256 MiB (or as many MiB as the second argument says) of pseudo-random bytes. */
#include "selfcheck.h"

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    size_t size = (argc > 2 ? strtoul(argv[2], NULL, 10) : 256) << 20;
    uint8_t *p = SYS(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    sc_fill(p, size, 31337);
    sc_hold();
    long at = sc_verify(p, size, 31337);
    CHECK(at < 0, "byte %ld of %zu is wrong", at, size);
    return sc_finish();
}
