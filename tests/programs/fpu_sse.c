/* x87 stack (eight 80-bit values) and xmm0..15, live in a loop and across a system call. */
#include "reghold.h"

REGHOLD(hold_fpu_sse,
        EACH("7,6,5,4,3,2,1,0", "fldt 16*\\i(%rdi)") EACH(ALL16, "movdqu 128+16*\\i(%rdi),%xmm\\i"),
        EACH(ALL8, "fstpt 16*\\i(%rsi)") EACH(ALL16, "movdqu %xmm\\i,128+16*\\i(%rsi)"));

/* Makes each 80-bit value a normal number; the upper six bytes of each slot are unused. */
static void fix(uint8_t *in)
{
    for (int i = 0; i < 8; i++) {
        in[16 * i + 7] |= 0x80; /* the explicit integer bit: a normal number */
        in[16 * i + 8] = (uint8_t)(in[16 * i + 8] | 1);
        in[16 * i + 9] &= 0xbf;
    }
}

int main(int argc, char **argv)
{
    static uint8_t in[384], out[384];
    struct timespec req = {0, 5 * MSEC};
    sc_init(argc, argv);
    sc_snapshot();
    sc_ready();
    for (uint64_t round = 0; !sc_go(); round++) {
        memset(in, 0, sizeof(in));
        if (round % 3 != 2) {
            sc_fill(in, sizeof(in), round + 7);
            fix(in);
        }
        memset(out, 0, sizeof(out));
        long r = hold_fpu_sse(in, out, round & 1 ? 0 : 4000000, &req);
        CHECK(r == 0, "nanosleep returned %ld", r);
        for (int i = 0; i < 8; i++)
            CHECK(!memcmp(in + 16 * i, out + 16 * i, 10), "st%d changed", i);
        for (int i = 0; i < 16; i++)
            CHECK(!memcmp(in + 128 + 16 * i, out + 128 + 16 * i, 16), "xmm%d changed", i);
    }
    sc_compare();
    return sc_finish();
}
