/* MAP_GROWSDOWN elsewhere than the stack: content, and it grows before and after. */
#include "selfcheck.h"

#define TOP 8UL
#define GROWN 8UL
#define ROOM 2048UL

static void grow(uint8_t *top, size_t pages)
{
    for (size_t i = 1; i <= pages; i++)
        *(volatile uint8_t *)(top - i * SC_PAGE) = (uint8_t)i;
}

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    uint8_t *room = SYS(mmap(NULL, ROOM * SC_PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    uint8_t *top = room + ROOM * SC_PAGE;
    SYS(munmap(room, ROOM * SC_PAGE));
    uint8_t *p = mmap(top - TOP * SC_PAGE, TOP * SC_PAGE, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED_NOREPLACE, -1, 0);
    if (p == MAP_FAILED)
        sc_skip("MAP_GROWSDOWN: %s", strerror(errno));
    grow(top, TOP + GROWN);

    sc_hold();

    for (size_t i = 1; i <= TOP + GROWN; i++)
        CHECK(top[-(long)(i * SC_PAGE)] == (uint8_t)i, "page %zu below the top", i);
    grow(top, TOP + 3 * GROWN);
    for (size_t i = 1; i <= TOP + 3 * GROWN; i++)
        CHECK(top[-(long)(i * SC_PAGE)] == (uint8_t)i, "page %zu below the top, grown", i);
    return sc_finish();
}
