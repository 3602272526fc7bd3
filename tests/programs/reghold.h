/*
 * NAME(in, out, spins, req): loads registers from in, then either spins (spins > 0) or sleeps in nanosleep(req)
 * with the registers live, and stores them to out. Returns what nanosleep returned. Clobbers no callee-saved register.
 */
#ifndef REGHOLD_H
#define REGHOLD_H
#include "selfcheck.h"

#define REGHOLD(NAME, LOADS, STORES)                                                               \
    long NAME(const void *in, void *out, uint64_t spins, const struct timespec *req);              \
    __asm__(".text\n.globl " #NAME "\n.type " #NAME ",@function\n" #NAME ":\n"                     \
            "push %rsi\nmov %rcx,%r8\nmov %rdx,%rcx\n" LOADS                                       \
            "test %rcx,%rcx\njz 2f\n"                                                              \
            "1: loop 1b\nxor %eax,%eax\njmp 3f\n"                                                  \
            "2: mov %r8,%rdi\nxor %esi,%esi\nmov $35,%eax\nsyscall\n"                              \
            "3: pop %rsi\n" STORES "ret\n.size " #NAME ",.-" #NAME "\n")

#define ALL8 "0,1,2,3,4,5,6,7"
#define ALL16 ALL8 ",8,9,10,11,12,13,14,15"
#define ALL32 ALL16 ",16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31"
#define EACH(LIST, BODY) ".irp i," LIST "\n" BODY "\n.endr\n"

typedef long reghold_fn(const void *, void *, uint64_t, const struct timespec *);

/* One round: random values (every third round all zero: the processor's initial state) spun or slept through. */
static inline void reghold_round(reghold_fn *fn, uint8_t *in, uint8_t *out, size_t size,
                                 uint64_t round, void (*fix)(uint8_t *))
{
    struct timespec req = {0, 5 * MSEC};
    if (round % 3 == 2)
        memset(in, 0, size);
    else
        sc_fill(in, size, round + 7);
    if (fix && round % 3 != 2)
        fix(in);
    memset(out, 0x5a, size);
    long r = fn(in, out, round & 1 ? 0 : 4000000, &req);
    CHECK(r == 0, "nanosleep returned %ld", r);
    for (size_t i = 0; i < size; i++)
        CHECK(in[i] == out[i], "register byte %zu was %02x is %02x (round %llu)", i, in[i], out[i],
              (unsigned long long)round);
}
#endif
