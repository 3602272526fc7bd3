/*
 * seccomp_answers SEED NUMBER: has the kernel run that many random seccomp filters, each in a process of its own, for one
 * call, and prints a line for each: the program in hex, the six arguments, and the error of the call or "killed".
 */
#include "selfcheck.h"
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/wait.h>

#define MOST 64
#define ALLOWED SECCOMP_RET_ALLOW
#define FAILED(error) (SECCOMP_RET_ERRNO | (error))

static const unsigned values[] = {0, 1, 2, 3, ALLOWED, FAILED(5), SECCOMP_RET_KILL_PROCESS, -1u, 31, 64};
static uint64_t seed;

static unsigned any(unsigned below) { return (unsigned)(sc_rand(&seed) % below); }
static unsigned of(const unsigned *choice, unsigned nr) { return choice[any(nr)]; }
#define ONE_OF(...) of((const unsigned[]){__VA_ARGS__}, ARRAY_LEN(((const unsigned[]){__VA_ARGS__})))

static struct sock_filter stmt(unsigned code, unsigned k) { return (struct sock_filter)BPF_STMT(code, k); }
static struct sock_filter jump(unsigned code, unsigned k, unsigned jt, unsigned jf)
{
    return (struct sock_filter)BPF_JUMP(code, k, jt, jf);
}

static struct sock_filter instruction(unsigned left)
{
    unsigned k = of(values, ARRAY_LEN(values)), operand = ONE_OF(BPF_K, BPF_X), op;
    switch (any(5)) {
    case 0:
        return stmt(BPF_LD | BPF_W | BPF_ABS, any(3) ? 16 + 4 * any(12) : 4 * any(2));
    case 1:
        return stmt(ONE_OF(BPF_LD | BPF_IMM, BPF_LDX | BPF_IMM, BPF_MISC | BPF_TAX, BPF_MISC | BPF_TXA,
                           BPF_LD | BPF_W | BPF_LEN, BPF_LDX | BPF_W | BPF_LEN), k);
    case 2:
        return stmt(ONE_OF(BPF_ST, BPF_STX, BPF_LD | BPF_MEM, BPF_LDX | BPF_MEM), any(3));
    case 3:
        op = ONE_OF(BPF_ADD, BPF_SUB, BPF_MUL, BPF_DIV, BPF_AND, BPF_OR, BPF_XOR, BPF_LSH, BPF_RSH, BPF_NEG);
        if (op == BPF_LSH || op == BPF_RSH)
            k = any(32);
        return stmt(BPF_ALU | op | (op == BPF_NEG ? 0 : operand), op == BPF_DIV && !k ? 3 : k);
    default:
        return jump(BPF_JMP | ONE_OF(BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET) | operand, k, any(left + 1), any(left + 1));
    }
}

/* The answer is the accumulator, or depends on one bit of it. */
static unsigned short random_filter(struct sock_filter *code)
{
    unsigned short n = 0, nr = 4 + any(24);
    code[n++] = stmt(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    code[n++] = jump(BPF_JMP | BPF_JEQ | BPF_K, SYS_getresgid, 1, 0);
    code[n++] = stmt(BPF_RET | BPF_K, ALLOWED);
    for (unsigned word = 0; word < 3; word++)
        code[n++] = stmt(BPF_ST, word);
    for (unsigned i = 0; i < nr; i++)
        code[n++] = instruction(nr - i - 1);
    if (any(4) == 0) {
        code[n++] = stmt(BPF_RET | BPF_A, 0);
        return n;
    }
    code[n++] = stmt(BPF_ALU | BPF_RSH | BPF_K, any(32));
    code[n++] = jump(BPF_JMP | BPF_JSET | BPF_K, 1, 0, 1);
    code[n++] = stmt(BPF_RET | BPF_K, FAILED(71));
    code[n++] = stmt(BPF_RET | BPF_K, ALLOWED);
    return n;
}

static void try_one(void)
{
    static _Atomic int *error;
    struct sock_filter code[MOST];
    struct sock_fprog program = {random_filter(code), code};
    uint64_t a[6];
    int status;
    for (int i = 0; i < 6; i++)
        a[i] = of(values, ARRAY_LEN(values)) | (uint64_t)any(3) << 32;
    if (!error)
        error = SYS(mmap(NULL, SC_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    pid_t pid = SYS(fork());
    if (!pid) {
        if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program))
            _exit(1);
        *error = syscall(SYS_getresgid, a[0], a[1], a[2], a[3], a[4], a[5]) == -1 ? errno : 0;
        _exit(0);
    }
    SYS(waitpid(pid, &status, 0));
    if (WIFEXITED(status) && WEXITSTATUS(status))
        exit(3);
    for (unsigned i = 0; i < program.len * sizeof(*code); i++)
        printf("%02x", ((unsigned char *)code)[i]);
    for (int i = 0; i < 6; i++)
        printf(" %llx", (unsigned long long)a[i]);
    if (WIFSIGNALED(status))
        printf(" killed\n");
    else
        printf(" %d\n", *error);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    seed = strtoull(argv[1], NULL, 10);
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        return 3;
    for (long i = atol(argv[2]); i > 0; i--)
        try_one();
    return 0;
}
