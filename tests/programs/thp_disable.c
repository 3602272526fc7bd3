/* Huge pages switched off for the whole address space. */
#include "selfcheck.h"

int main(int argc, char **argv)
{
    char before[16], now[16];
    sc_init(argc, argv);
    OFFER(prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0));
    sc_status_field("THP_enabled", before, sizeof(before));

    sc_hold();

    CHECK(prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0) == 1, "huge pages are on again");
    sc_status_field("THP_enabled", now, sizeof(now));
    CHECK(!strcmp(before, now), "THP_enabled %s, was %s", now, before);
    SYS(prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0));
    CHECK(prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0) == 0, "huge pages cannot be switched on again");
    return sc_finish();
}
