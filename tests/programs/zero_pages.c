/* 64 MiB read only (the zero page), and 4 MiB written with zeros; a few bytes in between. */
#include "selfcheck.h"

#define BIG (64UL << 20)
#define SMALL (4UL << 20)

int main(int argc, char **argv)
{
    uint64_t sum = 0;
    sc_init(argc, argv);
    volatile uint8_t *big = SYS(mmap(NULL, BIG, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    volatile uint8_t *ro = SYS(mmap(NULL, SMALL, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    uint8_t *small = SYS(mmap(NULL, SMALL, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    for (size_t i = 0; i < BIG; i += SC_PAGE)
        sum += big[i];
    for (size_t i = 0; i < SMALL; i += SC_PAGE)
        sum += ro[i];
    memset(small, 0, SMALL);
    small[SMALL / 2 + SC_PAGE - 1] = 1; /* the last byte of a page of zeros */
    big[BIG / 2] = 2;
    sc_hold();
    for (size_t i = 0; i < BIG; i += 64)
        CHECK(big[i] == (i == BIG / 2 ? 2 : 0), "byte %zx", i);
    for (size_t i = 0; i < SMALL; i++)
        CHECK(small[i] == (i == SMALL / 2 + SC_PAGE - 1), "written byte %zx", i);
    for (size_t i = 0; i < SMALL; i += 64)
        sum += ro[i];
    CHECK(sum == 0, "zero pages are not zero");
    return sc_finish();
}
