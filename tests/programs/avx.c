/* ymm0..15 live in a loop and across a system call. */
#include "reghold.h"

REGHOLD(hold_avx, EACH(ALL16, "vmovdqu 32*\\i(%rdi),%ymm\\i"),
        EACH(ALL16, "vmovdqu %ymm\\i,32*\\i(%rsi)") "vzeroupper\n");

int main(int argc, char **argv)
{
    static uint8_t in[512], out[512];
    sc_init(argc, argv);
    if (!__builtin_cpu_supports("avx")) {
        sc_note("skip: no AVX");
        sc_hold();
        return sc_finish();
    }
    sc_snapshot();
    sc_ready();
    for (uint64_t round = 0; !sc_go(); round++)
        reghold_round(hold_avx, in, out, sizeof(in), round, NULL);
    sc_compare();
    return sc_finish();
}
