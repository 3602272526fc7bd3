/* MADV_GUARD_INSTALL: guard markers inside a readable and writable vma still fault; the pages around keep content. */
#include "selfcheck.h"
#include <setjmp.h>

#define GUARD_INSTALL 102
#define GUARD_REMOVE 103

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
    sc_init(argc, argv);
    struct sigaction sa = {.sa_handler = segv};
    SYS(sigaction(SIGSEGV, &sa, NULL));
    uint8_t *p = SYS(mmap(NULL, 32 * SC_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    for (size_t i = 0; i < 32; i++)
        sc_fill(p + i * SC_PAGE, SC_PAGE, i);
    bool have = madvise(p + 8 * SC_PAGE, 4 * SC_PAGE, GUARD_INSTALL) == 0;
    if (have)
        SYS(madvise(p + 31 * SC_PAGE, SC_PAGE, GUARD_INSTALL));
    else
        sc_note("skip: MADV_GUARD_INSTALL: %s", strerror(errno));

    sc_hold();

    for (size_t i = 0; i < 32; i++) {
        bool guard = have && ((i >= 8 && i < 12) || i == 31);
        CHECK(faults(p + i * SC_PAGE) == guard, "page %zu: guard %d", i, guard);
        if (!guard)
            CHECK(sc_verify(p + i * SC_PAGE, SC_PAGE, i) < 0, "page %zu", i);
    }
    if (have) {
        SYS(madvise(p + 8 * SC_PAGE, 4 * SC_PAGE, GUARD_REMOVE));
        CHECK(!faults(p + 8 * SC_PAGE) && p[8 * SC_PAGE] == 0, "a removed guard");
    }
    return sc_finish();
}
