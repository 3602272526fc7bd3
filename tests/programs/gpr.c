/* All general registers, the arithmetic flags and DF, and the gs base, live in an asm loop and across a system call. */
#include "selfcheck.h"

/* rdi = in[16], rsi = out[17]: in/out order rax rbx rcx rdx rsi rdi rbp r8..r15 flags; out[16] = rsp moved.
 * `loop` counts rcx down and touches no flag. */
void gpr_spin(const uint64_t *in, uint64_t *out);
__asm__(".text\n.globl gpr_spin\n.type gpr_spin,@function\ngpr_spin:\n"
        "push %rbx\npush %rbp\npush %r12\npush %r13\npush %r14\npush %r15\n"
        "push %rsi\n"
        "mov %rsp, gpr_sp(%rip)\n"
        "pushq 120(%rdi)\npopfq\n"
        "mov (%rdi),%rax\nmov 8(%rdi),%rbx\nmov 16(%rdi),%rcx\nmov 24(%rdi),%rdx\nmov 32(%rdi),%rsi\n"
        "mov 48(%rdi),%rbp\nmov 56(%rdi),%r8\nmov 64(%rdi),%r9\nmov 72(%rdi),%r10\nmov 80(%rdi),%r11\n"
        "mov 88(%rdi),%r12\nmov 96(%rdi),%r13\nmov 104(%rdi),%r14\nmov 112(%rdi),%r15\nmov 40(%rdi),%rdi\n"
        "1: loop 1b\n"
        "pushfq\n"
        "cld\n"
        "xchg %rdi, 8(%rsp)\n" /* rdi = out, the slot keeps the live rdi */
        "mov %rax,(%rdi)\nmov %rbx,8(%rdi)\nmov %rcx,16(%rdi)\nmov %rdx,24(%rdi)\nmov %rsi,32(%rdi)\n"
        "mov %rbp,48(%rdi)\nmov %r8,56(%rdi)\nmov %r9,64(%rdi)\nmov %r10,72(%rdi)\nmov %r11,80(%rdi)\n"
        "mov %r12,88(%rdi)\nmov %r13,96(%rdi)\nmov %r14,104(%rdi)\nmov %r15,112(%rdi)\n"
        "pop %rax\nmov %rax,120(%rdi)\n"
        "mov %rsp,%rax\nsub gpr_sp(%rip),%rax\nmov %rax,128(%rdi)\n"
        "pop %rax\nmov %rax,40(%rdi)\n"
        "pop %r15\npop %r14\npop %r13\npop %r12\npop %rbp\npop %rbx\nret\n"
        ".size gpr_spin,.-gpr_spin\n"
        ".local gpr_sp\n.comm gpr_sp,8,8\n");

/* nanosleep(req, NULL) with every register that the kernel keeps: rbx rbp r8 r9 r10 r12..r15 = in[0..8]. */
long gpr_sleep(const struct timespec *req, const uint64_t *in, uint64_t *out);
__asm__(".text\n.globl gpr_sleep\n.type gpr_sleep,@function\ngpr_sleep:\n"
        "push %rbx\npush %rbp\npush %r12\npush %r13\npush %r14\npush %r15\npush %rdx\n"
        "mov (%rsi),%rbx\nmov 8(%rsi),%rbp\nmov 16(%rsi),%r8\nmov 24(%rsi),%r9\nmov 32(%rsi),%r10\n"
        "mov 40(%rsi),%r12\nmov 48(%rsi),%r13\nmov 56(%rsi),%r14\nmov 64(%rsi),%r15\n"
        "xor %esi,%esi\nmov $35,%eax\nsyscall\n"
        "pop %rdx\n"
        "mov %rbx,(%rdx)\nmov %rbp,8(%rdx)\nmov %r8,16(%rdx)\nmov %r9,24(%rdx)\nmov %r10,32(%rdx)\n"
        "mov %r12,40(%rdx)\nmov %r13,48(%rdx)\nmov %r14,56(%rdx)\nmov %r15,64(%rdx)\n"
        "mov %rsi,72(%rdx)\nmov %rdi,80(%rdx)\n"
        "pop %r15\npop %r14\npop %r13\npop %r12\npop %rbp\npop %rbx\nret\n"
        ".size gpr_sleep,.-gpr_sleep\n");

#define ARCH_SET_GS 0x1001
#define ARCH_GET_GS 0x1004
#define FLAGS_MASK 0xCD5UL /* CF PF AF ZF SF DF OF */

static void spin_once(uint64_t *seed)
{
    uint64_t in[16], out[17];
    for (int i = 0; i < 15; i++)
        in[i] = sc_rand(seed);
    in[2] = 3000000;
    in[15] = (sc_rand(seed) & FLAGS_MASK) | 0x202;
    gpr_spin(in, out);
    in[2] = 0;
    for (int i = 0; i < 15; i++)
        CHECK(in[i] == out[i], "register %d was %llx, is %llx", i, (unsigned long long)in[i],
              (unsigned long long)out[i]);
    CHECK((out[15] & FLAGS_MASK) == (in[15] & FLAGS_MASK), "flags were %llx, are %llx",
          (unsigned long long)in[15], (unsigned long long)out[15]);
    CHECK(out[16] == 0, "rsp moved by %lld", (long long)out[16]);
}

static void sleep_once(uint64_t *seed)
{
    uint64_t in[9], out[11];
    struct timespec req = {0, 5 * MSEC};
    for (int i = 0; i < 9; i++)
        in[i] = sc_rand(seed);
    long r = gpr_sleep(&req, in, out);
    CHECK(r == 0, "nanosleep returned %ld", r);
    CHECK(!memcmp(in, out, sizeof(in)), "a register changed across nanosleep");
    CHECK(out[9] == 0 && out[10] == (uint64_t)&req, "an argument register changed");
}

int main(int argc, char **argv)
{
    uint64_t seed = 42, gs = 0;
    sc_init(argc, argv);
    SYS(syscall(SYS_arch_prctl, ARCH_SET_GS, 0x123456789000UL));
    sc_snapshot();
    sc_ready();
    while (!sc_go()) {
        spin_once(&seed);
        sleep_once(&seed);
    }
    sc_compare();
    SYS(syscall(SYS_arch_prctl, ARCH_GET_GS, &gs));
    CHECK(gs == 0x123456789000UL, "gs base is %llx", (unsigned long long)gs);
    return sc_finish();
}
