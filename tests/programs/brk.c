/* The program break: unaligned, content below it, and sbrk goes on exactly there. */
#include "selfcheck.h"

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    uint8_t *base = SYS(sbrk(0));
    CHECK(sbrk(1234567) == base, "sbrk");
    sc_fill(base, 1234567, 77);
    sc_hold();
    CHECK(sbrk(0) == base + 1234567, "the break moved by %ld", (long)((uint8_t *)sbrk(0) - base));
    CHECK(sc_verify(base, 1234567, 77) < 0, "heap content wrong at %ld", sc_verify(base, 1234567, 77));
    CHECK(sbrk(100) == base + 1234567, "sbrk(100) is not where the break was");
    CHECK(sbrk(1 << 20) == base + 1234667, "sbrk(1 MiB) is not where the break was");
    for (size_t i = 1234567 - 1; i < 1234667 + (1 << 20); i++)
        CHECK(i == 1234566 || base[i] == 0, "new heap byte %zu is not zero", i);
    CHECK(sc_verify(base, 1234567, 77) < 0, "heap content wrong after growth");
    CHECK(brk(base + 5000) == 0 && sbrk(0) == base + 5000, "brk down");
    CHECK(sc_verify(base, 5000, 77) < 0, "heap content wrong after shrinking");
    return sc_finish();
}
