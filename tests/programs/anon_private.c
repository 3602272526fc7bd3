/* Private anonymous memory: patterns, sparse pages, read-only and PROT_NONE pages with content. */
#include "selfcheck.h"

#define NR 256UL

static uint8_t *map(size_t n)
{
    return SYS(mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

static void check_page(const uint8_t *p, size_t i, uint64_t seed)
{
    long at = sc_verify(p + i * SC_PAGE, SC_PAGE, seed + i);
    CHECK(at < 0, "area %llu page %zu wrong at %ld", (unsigned long long)seed, i, at);
}

static void check_zero(const uint8_t *p, size_t i)
{
    for (size_t k = 0; k < SC_PAGE; k++)
        CHECK(p[i * SC_PAGE + k] == 0, "page %zu is not zero at %zu", i, k);
}

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    uint8_t *full = map(NR * SC_PAGE), *sparse = map(NR * SC_PAGE), *ro = map(16 * SC_PAGE),
            *none = map(16 * SC_PAGE), *mixed = map(16 * SC_PAGE), *rx = map(4 * SC_PAGE);
    for (size_t i = 0; i < NR; i++)
        sc_fill(full + i * SC_PAGE, SC_PAGE, 1000 + i);
    for (size_t i = 0; i < NR; i += 7)
        sc_fill(sparse + i * SC_PAGE, SC_PAGE, 2000 + i);
    for (size_t i = 0; i < 16; i++) {
        sc_fill(ro + i * SC_PAGE, SC_PAGE, 3000 + i);
        sc_fill(none + i * SC_PAGE, SC_PAGE, 4000 + i);
        sc_fill(mixed + i * SC_PAGE, SC_PAGE, 5000 + i);
    }
    memcpy(rx, "\xb8\x2a\x00\x00\x00\xc3", 6); /* mov $42,%eax; ret */
    SYS(mprotect(ro, 16 * SC_PAGE, PROT_READ));
    SYS(mprotect(none, 16 * SC_PAGE, PROT_NONE));
    SYS(mprotect(mixed + 4 * SC_PAGE, 4 * SC_PAGE, PROT_READ));
    SYS(mprotect(mixed + 8 * SC_PAGE, 4 * SC_PAGE, PROT_NONE));
    SYS(mprotect(rx, 4 * SC_PAGE, PROT_READ | PROT_EXEC));
    SYS(munmap(full + 100 * SC_PAGE, 3 * SC_PAGE));

    sc_hold();

    for (size_t i = 0; i < NR; i++) {
        if (i < 100 || i > 102)
            check_page(full, i, 1000);
        if (i % 7 == 0)
            check_page(sparse, i, 2000);
        else
            check_zero(sparse, i);
    }
    int (*code)(void);
    memcpy(&code, &rx, sizeof(code));
    CHECK(code() == 42, "code in anonymous memory returned something else");
    SYS(mprotect(none, 16 * SC_PAGE, PROT_READ));
    SYS(mprotect(mixed, 16 * SC_PAGE, PROT_READ | PROT_WRITE));
    for (size_t i = 0; i < 16; i++) {
        check_page(ro, i, 3000);
        check_page(none, i, 4000);
        check_page(mixed, i, 5000);
    }
    /* dropped private anonymous memory reads zero, however it was restored */
    SYS(madvise(mixed, SC_PAGE, MADV_DONTNEED));
    check_zero(mixed, 0);
    return sc_finish();
}
