/* MADV_GUARD_INSTALL in mappings of files and of shared memory: the markers fault, what is around them is there. */
#include "selfcheck.h"
#include <setjmp.h>

#define GUARD_INSTALL 102
#define GUARD_REMOVE 103
#define NR 16UL

static sigjmp_buf back;

static void segv(int sig)
{
    (void)sig;
    siglongjmp(back, 1);
}

static bool faults(volatile uint8_t *p)
{
    if (sigsetjmp(back, 1))
        return true;
    (void)*p;
    return false;
}

int main(int argc, char **argv)
{
    static uint8_t *maps[3], page[SC_PAGE];
    static const char *const names[] = {"private file", "shared file", "shared memory"};
    char path[PATH_MAX];
    sc_init(argc, argv);
    struct sigaction sa = {.sa_handler = segv};
    SYS(sigaction(SIGSEGV, &sa, NULL));
    int fd = SYS(open(sc_path(path, ".file"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    for (size_t i = 0; i < NR; i++) {
        sc_fill(page, SC_PAGE, i);
        CHECK(write(fd, page, SC_PAGE) == (ssize_t)SC_PAGE, "write");
    }
    maps[0] = SYS(mmap(NULL, NR * SC_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
    maps[1] = SYS(mmap(NULL, NR * SC_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    maps[2] = SYS(mmap(NULL, NR * SC_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    SYS(close(fd));
    for (size_t i = 0; i < NR; i++)
        sc_fill(maps[2] + i * SC_PAGE, SC_PAGE, i);
    for (size_t m = 0; m < ARRAY_LEN(maps); m++)
        if (madvise(maps[m] + (4 + m) * SC_PAGE, 2 * SC_PAGE, GUARD_INSTALL) < 0)
            sc_skip("MADV_GUARD_INSTALL in a %s: %s", names[m], strerror(errno));

    sc_hold();

    for (size_t m = 0; m < ARRAY_LEN(maps); m++) {
        for (size_t i = 0; i < NR; i++) {
            bool guard = i == 4 + m || i == 5 + m;
            CHECK(faults(maps[m] + i * SC_PAGE) == guard, "%s, page %zu: guard %d", names[m], i, guard);
            if (!guard)
                CHECK(sc_verify(maps[m] + i * SC_PAGE, SC_PAGE, i) < 0, "%s, page %zu", names[m], i);
        }
        SYS(madvise(maps[m] + (4 + m) * SC_PAGE, 2 * SC_PAGE, GUARD_REMOVE));
        CHECK(sc_verify(maps[m] + (4 + m) * SC_PAGE, SC_PAGE, 4 + m) < 0, "%s under the guard", names[m]);
    }
    return sc_finish();
}
