/* Content that is swapped out: private, under PROT_NONE, shared, and the copied page of a file. Takes swap space. */
#include "selfcheck.h"

#define N 64UL
#define RW (PROT_READ | PROT_WRITE)
#define PAGEOUT 21
#define SWAPPED (1ULL << 62)

/* How many of the pages are in swap, as the page tables have it. */
static size_t swapped(const uint8_t *p, size_t n)
{
    uint64_t entries[N];
    size_t count = 0;
    int fd = SYS(open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC));
    ssize_t r = SYS(pread(fd, entries, n * 8, (off_t)((uintptr_t)p / SC_PAGE * 8)));
    SYS(close(fd));
    for (size_t i = 0; i < (size_t)r / 8; i++)
        count += (entries[i] & SWAPPED) != 0;
    return count;
}

static void page_out(uint8_t *p, size_t n)
{
    if (madvise(p, n * SC_PAGE, PAGEOUT))
        sc_skip("MADV_PAGEOUT: %s", strerror(errno));
}

static void must_be_swapped(const uint8_t *p, size_t n, const char *what)
{
    if (swapped(p, n) < n / 2)
        sc_skip("no swap space: %zu of %zu pages of %s are swapped", swapped(p, n), n, what);
}

int main(int argc, char **argv)
{
    char path[PATH_MAX];
    sc_init(argc, argv);
    uint8_t *own = SYS(mmap(NULL, N * SC_PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    uint8_t *none = SYS(mmap(NULL, N * SC_PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    uint8_t *shared = SYS(mmap(NULL, N * SC_PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    int fd = SYS(open(sc_path(path, ".file"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    SYS(ftruncate(fd, N * SC_PAGE));
    uint8_t *file = SYS(mmap(NULL, N * SC_PAGE, RW, MAP_PRIVATE, fd, 0));
    SYS(close(fd));
    sc_fill(own, N * SC_PAGE, 1);
    sc_fill(none, N * SC_PAGE, 2);
    sc_fill(shared, N * SC_PAGE, 3);
    sc_fill(file, N * SC_PAGE, 4);
    page_out(own, N);
    page_out(none, N);
    page_out(shared, N);
    page_out(file, N);
    must_be_swapped(own, N, "private memory");
    must_be_swapped(none, N, "memory under PROT_NONE");
    must_be_swapped(file, N, "copied pages");
    SYS(mprotect(none, N * SC_PAGE, PROT_NONE));

    sc_hold();

    SYS(mprotect(none, N * SC_PAGE, PROT_READ));
    CHECK(sc_verify(own, N * SC_PAGE, 1) < 0, "private memory");
    CHECK(sc_verify(none, N * SC_PAGE, 2) < 0, "memory under PROT_NONE");
    CHECK(sc_verify(shared, N * SC_PAGE, 3) < 0, "shared memory");
    CHECK(sc_verify(file, N * SC_PAGE, 4) < 0, "copied pages of a file");
    return sc_finish();
}
