/* The execution domain's flags. */
#include "selfcheck.h"
#include <sys/personality.h>

#define PERSONA (ADDR_NO_RANDOMIZE | ADDR_COMPAT_LAYOUT | STICKY_TIMEOUTS)

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    SYS(personality(PERSONA));
    sc_hold();
    CHECK(personality(0xffffffff) == PERSONA, "personality is %x", personality(0xffffffff));
    /* Bottom-up or top-down was chosen at exec; a new mapping must just work. */
    char *p = SYS(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    *p = 1;
    return sc_finish();
}
