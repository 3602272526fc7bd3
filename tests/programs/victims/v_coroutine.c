/*
 * Works on a coroutine stack of 2 KiB that lies in the middle of a static array, with checked memory right below and
 * above it: whoever puts a signal-sized frame below the stack pointer destroys it. SIGUSR1 is blocked on that stack,
 * or, with the argument "altstack", handled on an alternate stack.
 */
#include "victim.h"

#define STACK 2048UL
#define CANARY 65536UL

static uint8_t area[CANARY + STACK + CANARY] __attribute__((aligned(4096)));
static void *saved_sp[2]; /* 0 main, 1 coroutine */
static uint64_t seed_in, sum_out;

/* switch_to(save, load): callee-saved registers on the old stack, then the new stack's. */
void switch_to(void **save, void *load);
__asm__(".text\n.globl switch_to\n.type switch_to,@function\nswitch_to:\n"
        "push %rbx\npush %rbp\npush %r12\npush %r13\npush %r14\npush %r15\n"
        "mov %rsp,(%rdi)\nmov %rsi,%rsp\n"
        "pop %r15\npop %r14\npop %r13\npop %r12\npop %rbp\npop %rbx\nret\n"
        ".size switch_to,.-switch_to\n");

/* Sorts 64 random numbers on the stack, many times; no library call (lazy binding alone needs 3 KiB of stack). */
static __attribute__((noinline)) uint64_t work(uint64_t seed)
{
    uint64_t a[64], sum = 0;
    for (int round = 0; round < 200; round++) {
        for (int i = 0; i < 64; i++)
            a[i] = sc_rand(&seed);
        for (int i = 1; i < 64; i++) {
            uint64_t v = a[i];
            int j = i;
            for (; j > 0 && a[j - 1] > v; j--)
                a[j] = a[j - 1];
            a[j] = v;
        }
        for (int i = 0; i < 64; i++)
            sum = sum * 31 + a[i];
    }
    return sum;
}

static void coroutine(void)
{
    for (;;) {
        sum_out = work(seed_in);
        switch_to(&saved_sp[1], saved_sp[0]);
    }
}

static void check_canaries(void)
{
    static uint8_t want[CANARY];
    if (!want[0])
        memset(want, 0xc5, CANARY);
    CHECK(!memcmp(area, want, CANARY), "memory right below the coroutine stack was overwritten");
    CHECK(!memcmp(area + CANARY + STACK, want, CANARY), "memory above the coroutine stack");
}

int main(int argc, char **argv)
{
    static uint8_t alt[65536];
    bool altstack = argc > 2 && !strcmp(argv[2], "altstack");
    sigset_t usr1, old;
    v_init(argc, argv, altstack ? SA_ONSTACK : 0);
    if (altstack) {
        stack_t ss = {.ss_sp = alt, .ss_size = sizeof(alt)};
        SYS(sigaltstack(&ss, NULL));
    }
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    memset(area, 0xc5, sizeof(area));
    uint64_t *top = (uint64_t *)(area + CANARY + STACK);
    top[-2] = (uint64_t)(uintptr_t)coroutine; /* `ret` leaves the stack as after a call */
    top[-1] = 0;
    saved_sp[1] = top - 8;
    v_ready();
    for (uint64_t round = 1; v_tick(); round++) {
        seed_in = round;
        if (!altstack)
            SYS(sigprocmask(SIG_BLOCK, &usr1, &old));
        switch_to(&saved_sp[0], saved_sp[1]);
        if (!altstack)
            SYS(sigprocmask(SIG_SETMASK, &old, NULL));
        check_canaries();
        CHECK(sum_out == work(round), "the coroutine's result is wrong");
    }
    v_end();
    return sc_finish();
}
