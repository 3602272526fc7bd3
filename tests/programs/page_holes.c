/* Runs of pages and holes of lengths around 1 and 2 MiB, which a restore moves as huge pages or fills page by page. */
#include "selfcheck.h"

#define SIZE (96UL << 20)
#define NR_KINDS 5

static const char *const kinds[NR_KINDS] = {"plain", "read-only", "nohugepage", "hugepage", "executable"};
static const unsigned lengths[] = {1, 3, 255, 256, 257, 511, 512, 513, 768, 1024, 1300};
static uint8_t *area[NR_KINDS];
static bool full[NR_KINDS][SIZE / SC_PAGE];

static uint64_t word(int kind, size_t page, size_t at)
{
    uint64_t seed = kind * 1000003UL + page;
    return sc_rand(&seed) + at;
}

static void fill(int kind)
{
    uint64_t seed = 7 + (uint64_t)kind, random;
    for (size_t page = 0, n; page < SIZE / SC_PAGE; page += n) {
        random = sc_rand(&seed);
        n = lengths[random % (sizeof(lengths) / sizeof(lengths[0]))];
        bool data = random >> 32 & 1;
        for (size_t p = page; p < page + n && p < SIZE / SC_PAGE; p++)
            if ((full[kind][p] = data))
                for (size_t at = 0; at < SC_PAGE / 8; at++)
                    ((uint64_t *)(area[kind] + p * SC_PAGE))[at] = word(kind, p, at) | 1;
    }
}

static void verify(int kind)
{
    for (size_t p = 0; p < SIZE / SC_PAGE; p++)
        for (size_t at = 0; at < SC_PAGE / 8; at++) {
            uint64_t want = full[kind][p] ? word(kind, p, at) | 1 : 0;
            uint64_t found = ((uint64_t *)(area[kind] + p * SC_PAGE))[at];
            CHECK(found == want, "%s: page %zu word %zu: %lx, not %lx", kinds[kind], p, at, found, want);
        }
}

/* Before anything reads there: what was a hole must not have got pages. */
static void count(int kind)
{
    int fd = SYS(open("/proc/self/pagemap", O_RDONLY));
    size_t present = 0, wanted = 0;
    for (size_t p = 0; p < SIZE / SC_PAGE; p++) {
        uint64_t entry;
        SYS(pread(fd, &entry, 8, ((uintptr_t)area[kind] / SC_PAGE + p) * 8));
        present += entry >> 63;
        wanted += full[kind][p];
    }
    CHECK(present == wanted, "%s: %zu pages, not %zu", kinds[kind], present, wanted);
    SYS(close(fd));
}

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    for (int kind = 0; kind < NR_KINDS; kind++) {
        /* At an odd place in the huge page, and nothing beside it. */
        uint8_t *p = SYS(mmap(NULL, SIZE + (8UL << 20), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
        area[kind] = (uint8_t *)(((uintptr_t)p + (4UL << 20)) & -(2UL << 20)) + kind * 77 * SC_PAGE;
        int prot = PROT_READ | PROT_WRITE | (kind == 4 ? PROT_EXEC : 0);
        SYS(mmap(area[kind], SIZE, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
        SYS(madvise(area[kind], SIZE, kind == 3 ? MADV_HUGEPAGE : kind == 2 ? MADV_NOHUGEPAGE : MADV_NORMAL));
        fill(kind);
    }
    SYS(mprotect(area[1], SIZE, PROT_READ));
    sc_hold();
    for (int kind = 0; kind < NR_KINDS; kind++) {
        if (kind != 3)
            count(kind);
        verify(kind);
    }
    return sc_finish();
}
