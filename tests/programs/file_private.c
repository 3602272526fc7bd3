/* A private file mapping: copied pages keep their content, clean ones stay the file's; one past the end of the file. */
#include "selfcheck.h"

#define NR 64UL

int main(int argc, char **argv)
{
    static uint8_t page[SC_PAGE];
    char path[PATH_MAX];
    sc_init(argc, argv);
    int fd = SYS(open(sc_path(path, ".file"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    for (size_t i = 0; i < NR; i++) {
        sc_fill(page, SC_PAGE, i);
        CHECK(write(fd, page, SC_PAGE) == (ssize_t)SC_PAGE, "write");
    }
    SYS(pwrite(fd, "tail", 4, NR * SC_PAGE));
    uint8_t *p = SYS(mmap(NULL, (NR + 1) * SC_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
    uint8_t *ro = SYS(mmap(NULL, 8 * SC_PAGE, PROT_READ, MAP_PRIVATE, fd, 8 * SC_PAGE));
    uint8_t *was_rw = SYS(mmap(NULL, 8 * SC_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 16 * SC_PAGE));
    SYS(close(fd));
    for (size_t i = 0; i < NR; i += 3)
        sc_fill(p + i * SC_PAGE, SC_PAGE, 500 + i);
    CHECK(p[NR * SC_PAGE] == 't', "tail");
    p[NR * SC_PAGE + 100] = 9; /* beyond the end, within the page */
    was_rw[SC_PAGE] = 0x77;
    SYS(mprotect(was_rw, 8 * SC_PAGE, PROT_READ));

    sc_hold();

    for (size_t i = 0; i < NR; i++)
        CHECK(sc_verify(p + i * SC_PAGE, SC_PAGE, i % 3 ? i : 500 + i) < 0, "page %zu", i);
    for (size_t i = 0; i < 8; i++)
        CHECK(sc_verify(ro + i * SC_PAGE, SC_PAGE, 8 + i) < 0, "read-only page %zu", i);
    CHECK(!memcmp(p + NR * SC_PAGE, "tail", 4) && p[NR * SC_PAGE + 100] == 9, "page with the end");
    CHECK(was_rw[SC_PAGE] == 0x77 && sc_verify(was_rw, SC_PAGE, 16) < 0, "copied page now read-only");
    p[SC_PAGE + 1] = 0x11;
    fd = SYS(open(path, O_RDWR));
    SYS(pread(fd, page, SC_PAGE, SC_PAGE));
    CHECK(sc_verify(page, SC_PAGE, 1) < 0, "a private write reached the file");
    SYS(madvise(p + 3 * SC_PAGE, SC_PAGE, MADV_DONTNEED));
    CHECK(sc_verify(p + 3 * SC_PAGE, SC_PAGE, 3) < 0, "a dropped page does not show the file");
    return sc_finish();
}
