/* Advice that stays on the vma: DONTFORK, DONTDUMP, WIPEONFORK, SEQUENTIAL, RANDOM, MERGEABLE; and what fork does. */
#include "selfcheck.h"
#include <sys/wait.h>

#define SIZE (16 * SC_PAGE)

static const int advice[] = {MADV_DONTFORK, MADV_DONTDUMP, MADV_WIPEONFORK,
                             MADV_SEQUENTIAL, MADV_RANDOM, MADV_MERGEABLE};
#define NR ARRAY_LEN(advice)

int main(int argc, char **argv)
{
    uint8_t *p[NR];
    unsigned char in_core[16];
    sc_init(argc, argv);
    for (size_t i = 0; i < NR; i++) {
        p[i] = SYS(mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        if (madvise(p[i], SIZE, advice[i]) < 0)
            sc_note("skip: advice %d: %s", advice[i], strerror(errno));
        sc_fill(p[i], SIZE, i);
    }
    sc_hold();
    for (size_t i = 0; i < NR; i++)
        CHECK(sc_verify(p[i], SIZE, i) < 0, "region %zu", i);
    pid_t child = SYS(fork());
    if (child == 0) {
        if (mincore(p[0], SC_PAGE, in_core) == 0 || errno != ENOMEM)
            _exit(10);
        _exit(p[2][0] || p[2][SIZE - 1] ? 11 : sc_verify(p[1], SIZE, 1) < 0 ? 12 : 13);
    }
    int status;
    SYS(waitpid(child, &status, 0));
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 12, "fork: status %x", (unsigned)status);
    return sc_finish();
}
