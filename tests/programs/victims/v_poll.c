/* poll, ppoll, select, pselect with time-outs of 1 to 30 ms; now and then there is data, and then it must be told. */
#include "victim.h"

int main(int argc, char **argv)
{
    uint64_t seed = 6;
    int p[2];
    v_init(argc, argv, 0);
    SYS(pipe(p));
    v_ready();
    while (v_tick()) {
        bool data = sc_rand(&seed) % 4 == 0;
        char c = 0;
        if (data)
            SYS(write(p[1], "d", 1));
        unsigned before = v_signals;
        bool told = v_wait_fd((int)(sc_rand(&seed) % 4), p[0], (int)(sc_rand(&seed) % 30) + 1);
        CHECK(told == data || (data && v_signals != before), "data %d, told %d", data, told);
        if (data)
            CHECK(read(p[0], &c, 1) == 1 && c == 'd', "read");
    }
    v_end();
    return sc_finish();
}
