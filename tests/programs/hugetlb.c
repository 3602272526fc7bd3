/*
 * Huge TLB pages: private ones (written, read-only, PROT_NONE, untouched, without a reservation), shared anonymous ones
 * mapped twice, a memfd with seals mapped shared and privately, and an open memfd that nothing maps.
 */
#include "selfcheck.h"

#define HUGE (2UL << 20)
#define HUGE_2MB (21 << 26)
#define RW (PROT_READ | PROT_WRITE)

static uint8_t *private_pages(size_t n, int flags)
{
    return OFFER(mmap(NULL, n * HUGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | HUGE_2MB | flags, -1, 0));
}

static int memfd(const char *name, size_t n)
{
    int fd = (int)OFFER(memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_HUGETLB | HUGE_2MB));
    SYS(ftruncate(fd, (off_t)(n * HUGE)));
    return fd;
}

/* Fills a page and reads it back later; the seed is its number. */
static void fill(uint8_t *p, uint64_t seed) { sc_fill(p, HUGE, seed); }
static void verify(const uint8_t *p, uint64_t seed)
{
    long at = sc_verify(p, HUGE, seed);
    CHECK(at < 0, "huge page %llu: wrong from %ld on", (unsigned long long)seed, at);
}

static bool all_zero(const uint8_t *p)
{
    for (size_t i = 0; i < HUGE; i++)
        if (p[i])
            return false;
    return true;
}

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    uint8_t *own = private_pages(3, 0); /* written, PROT_NONE, untouched */
    fill(own, 1);
    fill(own + HUGE, 2);
    SYS(mprotect(own + HUGE, HUGE, PROT_NONE));
    uint8_t *loose = private_pages(2, MAP_NORESERVE);
    loose[HUGE + 9] = 9; /* one byte of the second page */
    SYS(mprotect(loose, 2 * HUGE, PROT_READ));
    SYS(madvise(loose, 2 * HUGE, MADV_DONTFORK));

    uint8_t *shared = OFFER(mmap(NULL, 2 * HUGE, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_HUGETLB | HUGE_2MB, -1, 0));
    fill(shared + HUGE, 3);
    char link[64];
    snprintf(link, sizeof(link), "/proc/self/map_files/%lx-%lx", (long)shared, (long)shared + 2 * (long)HUGE);
    int again = OFFER(open(link, O_RDWR | O_CLOEXEC));
    uint8_t *twice = SYS(mmap(NULL, HUGE, RW, MAP_SHARED, again, HUGE));
    SYS(close(again));

    int fd = memfd("pages", 2);
    uint8_t *view = OFFER(mmap(NULL, 2 * HUGE, RW, MAP_SHARED, fd, 0));
    fill(view, 4);
    uint8_t *copy = OFFER(mmap(NULL, 2 * HUGE, RW, MAP_PRIVATE, fd, 0));
    fill(copy + HUGE, 5);
    SYS(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK));
    SYS(lseek(fd, 77, SEEK_SET));
    int unmapped = memfd("unmapped", 1);
    uint8_t *for_now = OFFER(mmap(NULL, HUGE, RW, MAP_SHARED, unmapped, 0));
    fill(for_now, 6);
    SYS(munmap(for_now, HUGE));

    sc_hold();

    verify(own, 1);
    CHECK(all_zero(own + 2 * HUGE), "the untouched page");
    SYS(mprotect(own + HUGE, HUGE, PROT_READ));
    verify(own + HUGE, 2);
    CHECK(all_zero(loose) && loose[HUGE + 9] == 9, "pages without a reservation");
    verify(shared + HUGE, 3);
    CHECK(all_zero(shared), "the shared page that was not touched");
    twice[5] ^= 1;
    CHECK(shared[HUGE + 5] == twice[5], "the two views are of different memory");
    verify(view, 4);
    CHECK(all_zero(view + HUGE), "the page that only the private view has written");
    verify(copy + HUGE, 5);
    verify(copy, 4);
    copy[HUGE] ^= 1;
    CHECK(view[HUGE] == 0, "the private view writes into the memfd");
    CHECK(lseek(fd, 0, SEEK_CUR) == 77, "offset");
    CHECK(fcntl(fd, F_GET_SEALS) == (F_SEAL_GROW | F_SEAL_SHRINK), "seals %x", fcntl(fd, F_GET_SEALS));
    CHECK(ftruncate(fd, 0) < 0 && errno == EPERM, "F_SEAL_SHRINK");
    for_now = SYS(mmap(NULL, HUGE, RW, MAP_SHARED, unmapped, 0));
    verify(for_now, 6);
    return sc_finish();
}
