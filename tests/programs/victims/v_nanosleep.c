/* Sleeps again and again, 1 to 30 ms, relative and absolute. */
#include "victim.h"

int main(int argc, char **argv)
{
    uint64_t seed = 5;
    v_init(argc, argv, 0);
    v_ready();
    while (v_tick())
        v_nap((int64_t)(sc_rand(&seed) % (29 * MSEC)) + MSEC, sc_rand(&seed) % 4 == 0);
    v_end();
    return sc_finish();
}
