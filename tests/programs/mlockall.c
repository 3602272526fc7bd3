/* mlockall: what is there, what comes later, and (argument "onfault") only what is touched. */
#include "selfcheck.h"

static long locked_kb(void)
{
    char value[64];
    sc_status_field("VmLck", value, sizeof(value));
    return atol(value);
}

int main(int argc, char **argv)
{
    unsigned char in[4];
    sc_init(argc, argv);
    bool onfault = argc > 2 && !strcmp(argv[2], "onfault");
    bool future = argc > 2 && !strcmp(argv[2], "future");
    int flags = (future ? 0 : MCL_CURRENT) | MCL_FUTURE | (onfault ? MCL_ONFAULT : 0);
    if (mlockall(flags) < 0)
        sc_skip("mlockall: %s", strerror(errno));
    uint8_t *p = SYS(mmap(NULL, 4 * SC_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    p[0] = 7;

    sc_hold();

    CHECK(p[0] == 7, "content");
    long kb = locked_kb();
    uint8_t *q = SYS(mmap(NULL, 4 * SC_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    CHECK(locked_kb() == kb + 16, "a new mapping of 16 kB: %ld kB locked before, now %ld", kb, locked_kb());
    SYS(mincore(q, 4 * SC_PAGE, in));
    CHECK((in[1] & 1) == !onfault, "a new page is resident: %d", in[1] & 1);
    SYS(munlockall());
    CHECK(locked_kb() == 0, "after munlockall %ld kB locked", locked_kb());
    q = SYS(mmap(NULL, 4 * SC_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    CHECK(locked_kb() == 0, "after munlockall a new mapping is locked");
    return sc_finish();
}
