/* Shared file mappings: content, writes that reach the file, an offset, and a read-only one. */
#include "selfcheck.h"

#define NR 32UL

int main(int argc, char **argv)
{
    static uint8_t page[SC_PAGE];
    char path[PATH_MAX];
    sc_init(argc, argv);
    int fd = SYS(open(sc_path(path, ".file"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    SYS(ftruncate(fd, NR * SC_PAGE));
    uint8_t *p = SYS(mmap(NULL, NR * SC_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    uint8_t *part = SYS(mmap(NULL, 4 * SC_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 12 * SC_PAGE));
    SYS(close(fd));
    fd = SYS(open(path, O_RDONLY));
    uint8_t *ro = SYS(mmap(NULL, 4 * SC_PAGE, PROT_READ, MAP_SHARED, fd, 4 * SC_PAGE));
    for (size_t i = 0; i < NR; i += 2)
        sc_fill(p + i * SC_PAGE, SC_PAGE, 30 + i);

    sc_hold();

    for (size_t i = 0; i < NR; i += 2)
        CHECK(sc_verify(p + i * SC_PAGE, SC_PAGE, 30 + i) < 0, "page %zu", i);
    part[SC_PAGE + 3] = 0x42;
    p[5 * SC_PAGE] = 0x43;
    CHECK(p[13 * SC_PAGE + 3] == 0x42 && ro[SC_PAGE] == 0x43, "the mappings are not one file");
    SYS(pread(fd, page, SC_PAGE, 13 * SC_PAGE));
    CHECK(page[3] == 0x42, "a shared write did not reach the file");
    SYS(msync(p, NR * SC_PAGE, MS_SYNC));
    CHECK(mprotect(ro, SC_PAGE, PROT_READ | PROT_WRITE) == -1 && errno == EACCES,
          "a mapping of a read-only file became writable");
    return sc_finish();
}
