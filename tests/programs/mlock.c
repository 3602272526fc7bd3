/* Locked memory: mlock, mlock2(MLOCK_ONFAULT), under PROT_NONE, over files; a limit that was lowered afterwards. */
#include "selfcheck.h"
#include <sys/resource.h>

#define ONFAULT 1

static void *pages(size_t n, int prot)
{
    return SYS(mmap(NULL, n * SC_PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

static void check_resident(const uint8_t *p, size_t n, const char *want, const char *what)
{
    unsigned char in[16];
    SYS(mincore((void *)(uintptr_t)p, n * SC_PAGE, in));
    for (size_t i = 0; i < n; i++)
        CHECK((in[i] & 1) == (want[i] == '1'), "%s: page %zu resident: %d", what, i, in[i] & 1);
}

int main(int argc, char **argv)
{
    char path[PATH_MAX], before[64], after[64];
    sc_init(argc, argv);
    uint8_t *all = pages(8, PROT_READ | PROT_WRITE);
    sc_fill(all, SC_PAGE, 1);
    if (mlock(all, 4 * SC_PAGE) < 0)
        sc_skip("mlock: %s", strerror(errno));
    uint8_t *touched = pages(8, PROT_READ | PROT_WRITE);
    SYS(mlock2(touched, 8 * SC_PAGE, ONFAULT));
    sc_fill(touched + 2 * SC_PAGE, SC_PAGE, 2);
    uint8_t *none = pages(4, PROT_READ | PROT_WRITE);
    sc_fill(none, SC_PAGE, 3);
    SYS(mlock(none, 4 * SC_PAGE));
    SYS(mprotect(none, 4 * SC_PAGE, PROT_NONE));
    int fd = SYS(open(sc_path(path, ".file"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    SYS(ftruncate(fd, 4 * SC_PAGE));
    uint8_t *copy = SYS(mmap(NULL, 4 * SC_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
    uint8_t *shared = SYS(mmap(NULL, 4 * SC_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    SYS(close(fd));
    SYS(mlock(copy, 4 * SC_PAGE));
    SYS(mlock(shared, 4 * SC_PAGE));
    copy[5] = 5;
    struct rlimit limit;
    SYS(getrlimit(RLIMIT_MEMLOCK, &limit));
    limit.rlim_cur = 2 * SC_PAGE;
    SYS(setrlimit(RLIMIT_MEMLOCK, &limit));
    sc_status_field("VmLck", before, sizeof(before));

    sc_hold();

    sc_status_field("VmLck", after, sizeof(after));
    CHECK(!strcmp(before, after), "VmLck was %s is %s", before, after);
    check_resident(all, 8, "11110000", "mlock");
    check_resident(touched, 8, "00100000", "mlock2");
    check_resident(shared, 4, "1111", "shared file");
    CHECK(sc_verify(all, SC_PAGE, 1) < 0 && sc_verify(touched + 2 * SC_PAGE, SC_PAGE, 2) < 0, "content");
    SYS(mprotect(none, 4 * SC_PAGE, PROT_READ));
    CHECK(sc_verify(none, SC_PAGE, 3) < 0 && none[SC_PAGE] == 0, "under PROT_NONE");
    CHECK(copy[5] == 5 && shared[5] == 0, "a private copy");
    SYS(munlock(all, 4 * SC_PAGE));
    SYS(munlock(touched, 8 * SC_PAGE));
    SYS(munlock(none, 4 * SC_PAGE));
    SYS(munlock(copy, 4 * SC_PAGE));
    SYS(munlock(shared, 4 * SC_PAGE));
    sc_status_field("VmLck", after, sizeof(after));
    CHECK(!strcmp(after, "0 kB"), "after all munlock VmLck is %s", after);
    return sc_finish();
}
