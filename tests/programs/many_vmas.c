/* 2,000 vmas of one or two pages, each with content. */
#include "selfcheck.h"

#define NR 2000UL

int main(int argc, char **argv)
{
    uint64_t word;
    sc_init(argc, argv);
    uint8_t *p = SYS(mmap(NULL, NR * 3 * SC_PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    SYS(munmap(p, NR * 3 * SC_PAGE));
    for (size_t i = 0; i < NR; i++) {
        uint8_t *v = p + i * 3 * SC_PAGE;
        size_t len = (i % 2 + 1) * SC_PAGE;
        SYS(mmap(v, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0));
        word = i * 0x9E3779B97F4A7C15ULL + 1;
        memcpy(v + i, &word, 8);
        if (i % 3 == 0)
            SYS(mprotect(v, len, PROT_READ));
    }
    sc_hold();
    for (size_t i = 0; i < NR; i++) {
        memcpy(&word, p + i * 3 * SC_PAGE + i, 8);
        CHECK(word == i * 0x9E3779B97F4A7C15ULL + 1, "vma %zu", i);
    }
    return sc_finish();
}
