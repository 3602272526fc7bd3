/* MADV_HUGEPAGE and MADV_NOHUGEPAGE: VmFlags (compared by sc_hold) and content. */
#include "selfcheck.h"

#define SIZE (8UL << 20)

int main(int argc, char **argv)
{
    static const int advice[3] = {MADV_HUGEPAGE, MADV_NOHUGEPAGE, MADV_NORMAL};
    uint8_t *p[3];
    sc_init(argc, argv);
    for (int i = 0; i < 3; i++) {
        p[i] = SYS(mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        if (madvise(p[i], SIZE, advice[i]) < 0)
            sc_note("skip: advice %d: %s", advice[i], strerror(errno));
        sc_fill(p[i] + 4096, SIZE - 8192, (uint64_t)i);
    }
    sc_hold();
    for (int i = 0; i < 3; i++)
        CHECK(sc_verify(p[i] + 4096, SIZE - 8192, (uint64_t)i) < 0, "region %d", i);
    return sc_finish();
}
