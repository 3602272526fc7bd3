/* All vector, mask and general registers live in an asm loop. */
#include "victim.h"

int main(int argc, char **argv)
{
    v_init(argc, argv, 0);
    if (!__builtin_cpu_supports("avx512bw"))
        sc_note("skip: no AVX-512, SSE only");
    v_registers(0);
    v_ready();
    for (uint64_t round = 0; v_tick(); round++)
        v_registers(round);
    v_end();
    return sc_finish();
}
