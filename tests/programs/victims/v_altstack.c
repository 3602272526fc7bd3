/* Works inside a handler on a small alternate stack, with checked memory on both sides of it. */
#include "victim.h"
#include <sys/auxv.h>

#define CANARY 16384UL
#ifndef AT_MINSIGSTKSZ
#define AT_MINSIGSTKSZ 51
#endif

static uint8_t area[CANARY + 131072 + CANARY] __attribute__((aligned(4096)));
static volatile uint64_t seed_in, sum_out;

static void worker(int sig)
{
    uint64_t a[32], seed = seed_in, sum = 0;
    (void)sig;
    for (int round = 0; round < 4000; round++) {
        for (int i = 0; i < 32; i++)
            a[i] = sc_rand(&seed) ^ sum;
        for (int i = 0; i < 32; i++)
            sum = sum * 33 + a[(i * 7) & 31];
    }
    sum_out = sum;
}

int main(int argc, char **argv)
{
    unsigned long min = getauxval(AT_MINSIGSTKSZ);
    /* room for this handler's frame, one SIGUSR1 on top of it, and 1 KiB of work */
    size_t size = (2 * (min ? min : 4096) + 1024 + 63) & ~63UL;
    v_init(argc, argv, SA_ONSTACK);
    CHECK(size <= 131072, "signal frames of %lu bytes", min);
    memset(area, 0x6b, sizeof(area));
    stack_t ss = {.ss_sp = area + CANARY, .ss_size = size};
    SYS(sigaltstack(&ss, NULL));
    struct sigaction sa = {.sa_handler = worker, .sa_flags = SA_ONSTACK};
    SYS(sigaction(SIGUSR2, &sa, NULL));
    v_ready();
    for (uint64_t round = 1; v_tick(); round++) {
        seed_in = round;
        raise(SIGUSR2);
        uint64_t inside = sum_out;
        for (size_t i = 0; i < CANARY; i++)
            CHECK(area[i] == 0x6b && area[CANARY + size + i] == 0x6b,
                  "memory beside the alternate stack was overwritten (%zu)", i);
        if (round % 16 == 0) {
            worker(0);
            CHECK(sum_out == inside, "the handler's result is wrong");
        }
    }
    v_end();
    return sc_finish();
}
