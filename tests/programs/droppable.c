/* MAP_DROPPABLE: such memory is there again; a page of it holds what it held or, as always, zeros. */
#include "selfcheck.h"

#define DROPPABLE 0x08
#define NR 16UL

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    uint8_t *p = mmap(NULL, NR * SC_PAGE, PROT_READ | PROT_WRITE, DROPPABLE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        sc_skip("MAP_DROPPABLE: %s", strerror(errno));
    for (size_t i = 0; i < NR; i++)
        sc_fill(p + i * SC_PAGE, SC_PAGE, 7 + i);

    sc_hold();

    for (size_t i = 0; i < NR; i++) {
        uint8_t *page = p + i * SC_PAGE;
        bool zero = true;
        for (size_t j = 0; j < SC_PAGE && zero; j++)
            zero = page[j] == 0;
        CHECK(zero || sc_verify(page, SC_PAGE, 7 + i) < 0, "page %zu is neither whole nor empty", i);
        sc_fill(page, SC_PAGE, 100 + i);
    }
    return sc_finish();
}
