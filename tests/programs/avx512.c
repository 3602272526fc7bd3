/* zmm0..31 and the mask registers k0..7 live in a loop and across a system call. */
#include "reghold.h"

REGHOLD(hold_avx512,
        EACH(ALL32, "vmovdqu64 64*\\i(%rdi),%zmm\\i") EACH(ALL8, "kmovq 2048+8*\\i(%rdi),%k\\i"),
        EACH(ALL32, "vmovdqu64 %zmm\\i,64*\\i(%rsi)")
            EACH(ALL8, "kmovq %k\\i,2048+8*\\i(%rsi)") "vzeroupper\n");

int main(int argc, char **argv)
{
    static uint8_t in[2112], out[2112];
    sc_init(argc, argv);
    if (!__builtin_cpu_supports("avx512bw")) {
        sc_note("skip: no AVX-512");
        sc_hold();
        return sc_finish();
    }
    sc_snapshot();
    sc_ready();
    for (uint64_t round = 0; !sc_go(); round++)
        reghold_round(hold_avx512, in, out, sizeof(in), round, NULL);
    sc_compare();
    return sc_finish();
}
