/* Shared anonymous memory: one object mapped twice (mremap with old size 0), a third time in part, and another object. */
#include "selfcheck.h"

#define NR 64UL

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    uint8_t *a = SYS(mmap(NULL, NR * SC_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    uint8_t *b = SYS(mremap(a, 0, NR * SC_PAGE, MREMAP_MAYMOVE));
    uint8_t *c = SYS(mremap(a + 16 * SC_PAGE, 0, 8 * SC_PAGE, MREMAP_MAYMOVE));
    uint8_t *d = SYS(mmap(NULL, NR * SC_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    for (size_t i = 0; i < NR; i += 2)
        sc_fill((i & 2 ? a : b) + i * SC_PAGE, SC_PAGE, i);
    for (size_t i = 0; i < NR; i += 5)
        sc_fill(d + i * SC_PAGE, SC_PAGE, 100 + i);
    SYS(mprotect(c, 8 * SC_PAGE, PROT_READ));
    SYS(munmap(a, 4 * SC_PAGE));
    SYS(munmap(b + 60 * SC_PAGE, 4 * SC_PAGE));
    /* out of the page tables, still in the object */
    SYS(madvise(a + 8 * SC_PAGE, 8 * SC_PAGE, MADV_DONTNEED));
    SYS(madvise(b + 8 * SC_PAGE, 8 * SC_PAGE, MADV_DONTNEED));
    SYS(madvise(d, NR * SC_PAGE, MADV_DONTNEED));

    sc_hold();

    for (size_t i = 0; i < NR; i++) {
        const uint8_t *views[3] = {i >= 4 ? a + i * SC_PAGE : NULL, i < 60 ? b + i * SC_PAGE : NULL,
                                   i >= 16 && i < 24 ? c + (i - 16) * SC_PAGE : NULL};
        for (int v = 0; v < 3; v++) {
            if (!views[v])
                continue;
            if (i % 2 == 0)
                CHECK(sc_verify(views[v], SC_PAGE, i) < 0, "view %d page %zu", v, i);
            else
                CHECK(!views[v][0] && !views[v][4095], "view %d page %zu is not zero", v, i);
        }
        if (i % 5 == 0)
            CHECK(sc_verify(d + i * SC_PAGE, SC_PAGE, 100 + i) < 0, "second object page %zu", i);
        else
            CHECK(!d[i * SC_PAGE] && !d[i * SC_PAGE + 4095], "second object page %zu", i);
    }
    a[20 * SC_PAGE + 5] = 0xa5;
    CHECK(b[20 * SC_PAGE + 5] == 0xa5 && c[4 * SC_PAGE + 5] == 0xa5, "the views are not one object");
    b[21 * SC_PAGE + 6] = 0x5b; /* a page that was never touched */
    CHECK(a[21 * SC_PAGE + 6] == 0x5b && c[5 * SC_PAGE + 6] == 0x5b, "the views are not one object");
    CHECK(d[20 * SC_PAGE + 5] != 0xa5, "two objects became one");
    return sc_finish();
}
