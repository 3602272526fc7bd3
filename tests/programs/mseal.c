/* Sealed mappings: their content is there, and nothing of them can be changed. */
#include "selfcheck.h"

#define NR_MSEAL 462

static void check_sealed(uint8_t *p, size_t len, const char *what)
{
    CHECK(mprotect(p, len, PROT_NONE) < 0 && errno == EPERM, "%s: mprotect", what);
    CHECK(munmap(p, len) < 0 && errno == EPERM, "%s: munmap", what);
    CHECK(mremap(p, len, len + SC_PAGE, MREMAP_MAYMOVE) == MAP_FAILED && errno == EPERM, "%s: mremap", what);
}

int main(int argc, char **argv)
{
    char path[PATH_MAX];
    sc_init(argc, argv);
    uint8_t *p = SYS(mmap(NULL, 16 * SC_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    for (size_t i = 0; i < 16; i++)
        sc_fill(p + i * SC_PAGE, SC_PAGE, i);
    SYS(mprotect(p + 4 * SC_PAGE, 4 * SC_PAGE, PROT_READ));
    if (syscall(NR_MSEAL, p, 8 * SC_PAGE, 0UL) < 0)
        sc_skip("mseal: %s", strerror(errno));
    int fd = SYS(open(sc_path(path, ".file"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    SYS(ftruncate(fd, 2 * SC_PAGE));
    uint8_t *file = SYS(mmap(NULL, 2 * SC_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
    SYS(close(fd));
    file[9] = 9;
    SYS(mprotect(file, 2 * SC_PAGE, PROT_READ));
    SYS(syscall(NR_MSEAL, file, 2 * SC_PAGE, 0UL));

    sc_hold();

    for (size_t i = 0; i < 16; i++)
        CHECK(sc_verify(p + i * SC_PAGE, SC_PAGE, i) < 0, "page %zu", i);
    CHECK(file[9] == 9, "a copied page");
    CHECK(munmap(p, SC_PAGE) < 0 && errno == EPERM, "munmap of writable memory");
    check_sealed(p + 4 * SC_PAGE, 4 * SC_PAGE, "read-only memory");
    check_sealed(file, 2 * SC_PAGE, "file");
    p[0]++;
    SYS(mprotect(p + 8 * SC_PAGE, 8 * SC_PAGE, PROT_NONE));
    return sc_finish();
}
