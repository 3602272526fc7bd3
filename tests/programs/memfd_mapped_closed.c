/* A memfd whose descriptor is closed: mapped shared twice, once from an offset, and once private with copied pages. */
#include "selfcheck.h"

#define NR 32UL

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    int fd = SYS(memfd_create("gone", MFD_CLOEXEC));
    SYS(ftruncate(fd, NR * SC_PAGE));
    uint8_t *a = SYS(mmap(NULL, NR * SC_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    uint8_t *b = SYS(mmap(NULL, 8 * SC_PAGE, PROT_READ, MAP_SHARED, fd, 8 * SC_PAGE));
    uint8_t *c = SYS(mmap(NULL, 8 * SC_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 8 * SC_PAGE));
    for (size_t i = 0; i < NR; i += 3)
        sc_fill(a + i * SC_PAGE, SC_PAGE, i);
    sc_fill(c + SC_PAGE, SC_PAGE, 700); /* its own copy of page 9 */
    SYS(close(fd));

    sc_hold();

    for (size_t i = 0; i < NR; i += 3)
        CHECK(sc_verify(a + i * SC_PAGE, SC_PAGE, i) < 0, "page %zu", i);
    CHECK(sc_verify(b + SC_PAGE, SC_PAGE, 9) < 0, "second view");
    CHECK(sc_verify(c + SC_PAGE, SC_PAGE, 700) < 0, "private copy");
    CHECK(sc_verify(c + 4 * SC_PAGE, SC_PAGE, 12) < 0, "private view of page 12");
    a[9 * SC_PAGE] = 0x31;
    CHECK(b[SC_PAGE] == 0x31, "the views are not one object");
    CHECK(sc_verify(c + SC_PAGE, SC_PAGE, 700) < 0, "the private copy is not private");
    SYS(madvise(c + SC_PAGE, SC_PAGE, MADV_DONTNEED));
    CHECK(c[SC_PAGE] == 0x31, "a dropped private page does not show the object");
    return sc_finish();
}
