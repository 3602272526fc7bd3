/* Seccomp filters, put together from rules. */
#ifndef FILTERS_H
#define FILTERS_H
#include "selfcheck.h"
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

/* The answer to one system call; of PRCTL_OPTION(n), to prctl(2) with that option. */
struct rule {
    unsigned call, answer;
};
#define PRCTL_OPTION(n) (0x10000u | (n))
#define FILTER_RULES 60

/* Installs a filter that gives these answers, and another one to all else. */
static inline long filter(const struct rule *rules, size_t nr, unsigned rest, unsigned flags)
{
    struct sock_filter code[8 + 5 * FILTER_RULES];
    unsigned short n = 0;
    CHECK(nr <= FILTER_RULES, "%zu rules", nr);
    code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
    code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0);
    code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    for (size_t i = 0; i < nr; i++) {
        bool option = rules[i].call & PRCTL_OPTION(0);
        code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
        if (option) {
            code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_prctl, 0, 3);
            code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args));
        }
        unsigned want = option ? rules[i].call & ~PRCTL_OPTION(0) : rules[i].call;
        code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, want, 0, 1);
        code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, rules[i].answer);
    }
    code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, rest);
    struct sock_fprog program = {n, code};
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

/* A filter that fails one system call. */
static inline long fail_call(unsigned call, unsigned error, unsigned flags)
{
    struct rule rule = {call, SECCOMP_RET_ERRNO | error};
    return filter(&rule, 1, SECCOMP_RET_ALLOW, flags);
}

/* The error that a system call ends with whose arguments are all 0. */
static inline int error_of(long call)
{
    errno = 0;
    return syscall(call, 0, 0, 0, 0, 0, 0) == -1 ? errno : 0;
}
#endif
