/* Names of anonymous memory (PR_SET_VMA_ANON_NAME): private and shared, many, long, with odd letters. */
#include "selfcheck.h"

#define SET_VMA 0x53564d41
#define SET_VMA_ANON_NAME 0
#define NR 40UL

int main(int argc, char **argv)
{
    char name[81];
    sc_init(argc, argv);
    uint8_t *p = SYS(mmap(NULL, NR * SC_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    for (size_t i = 0; i < NR; i++) {
        int n = snprintf(name, sizeof(name), "name %zu (deleted) %%", i);
        if (i == 7) {
            memset(name + n, 'x', sizeof(name) - 2 - (size_t)n);
            name[sizeof(name) - 2] = 0;
        }
        p[i * SC_PAGE] = (uint8_t)(i + 1);
        if (i % 3 != 2 && prctl(SET_VMA, SET_VMA_ANON_NAME, p + i * SC_PAGE, SC_PAGE, name) < 0)
            sc_skip("PR_SET_VMA_ANON_NAME: %s", strerror(errno));
    }
    uint8_t *shared = SYS(mmap(NULL, 2 * SC_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    shared[5] = 5;
    if (prctl(SET_VMA, SET_VMA_ANON_NAME, shared, SC_PAGE, "shared") < 0)
        sc_note("name of shared memory: %s", strerror(errno));

    sc_hold();

    for (size_t i = 0; i < NR; i++)
        CHECK(p[i * SC_PAGE] == i + 1, "page %zu", i);
    CHECK(shared[5] == 5, "shared memory");
    return sc_finish();
}
