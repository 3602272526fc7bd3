/* 1 TiB reserved (PROT_NONE, MAP_NORESERVE) with a few committed pages in it. */
#include "selfcheck.h"

#define SIZE (1UL << 40)

static const uint64_t at[] = {0, 4096, 1UL << 30, (1UL << 39) + 123 * 4096, SIZE - 4096};

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    uint8_t *p = mmap(NULL, SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED)
        sc_skip("cannot reserve 1 TiB: %s", strerror(errno));
    for (size_t i = 0; i < ARRAY_LEN(at); i++) {
        SYS(mprotect(p + at[i], SC_PAGE, PROT_READ | PROT_WRITE));
        sc_fill(p + at[i], SC_PAGE, 60 + i);
    }
    sc_hold();
    for (size_t i = 0; i < ARRAY_LEN(at); i++)
        CHECK(sc_verify(p + at[i], SC_PAGE, 60 + i) < 0, "page at %llx", (unsigned long long)at[i]);
    SYS(mprotect(p + (3UL << 38), 1 << 20, PROT_READ | PROT_WRITE));
    for (size_t i = 0; i < 1 << 20; i += 4096)
        CHECK(p[(3UL << 38) + i] == 0, "newly committed memory is not zero");
    p[3UL << 38] = 1;
    return sc_finish();
}
