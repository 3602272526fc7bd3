/*
 * Seccomp filters that fail all our questions: the first thread may do all else. The second one may do what it does
 * itself and what leads home from our code, and any other call kills the process.
 */
#include "../filters.h"
#include "victim.h"

static const struct rule questions[] = {
    {SYS_rt_sigaction, SECCOMP_RET_ERRNO | EPERM}, {SYS_getitimer, SECCOMP_RET_ERRNO | EPERM},
    {SYS_brk, SECCOMP_RET_ERRNO | EPERM}, {SYS_prctl, SECCOMP_RET_ERRNO | EPERM},
    {SYS_membarrier, SECCOMP_RET_ERRNO | EPERM}, {SYS_pkey_mprotect, SECCOMP_RET_ERRNO | EPERM},
    {SYS_get_mempolicy, SECCOMP_RET_ERRNO | EPERM}, {SYS_sigaltstack, SECCOMP_RET_TRACE},
    {SYS_arch_prctl, SECCOMP_RET_ERRNO | EPERM}, {SYS_modify_ldt, SECCOMP_RET_ERRNO | EPERM},
    {SYS_keyctl, SECCOMP_RET_ERRNO | EPERM}, {SYS_kcmp, SECCOMP_RET_ERRNO | EPERM},
    {SYS_pipe2, SECCOMP_RET_ERRNO | EMFILE}, {SYS_vmsplice, SECCOMP_RET_ERRNO | EPERM},
};
static const struct rule mine[] = {
    /* questions, and the area of our code */
    {SYS_mmap, SECCOMP_RET_ERRNO | ENOMEM}, {SYS_tgkill, SECCOMP_RET_ERRNO | EPERM},
    {SYS_prctl, SECCOMP_RET_ERRNO | EPERM}, {SYS_get_mempolicy, SECCOMP_RET_ERRNO | EPERM},
    {SYS_sigaltstack, SECCOMP_RET_ERRNO | EPERM}, {SYS_arch_prctl, SECCOMP_RET_ERRNO | EPERM},
    {SYS_modify_ldt, SECCOMP_RET_ERRNO | EPERM}, {SYS_keyctl, SECCOMP_RET_ERRNO | EPERM},
    {SYS_kcmp, SECCOMP_RET_ERRNO | EPERM},
    /* the way home */
    {SYS_munmap, SECCOMP_RET_ALLOW}, {SYS_rt_sigprocmask, SECCOMP_RET_LOG},
    /* its own */
    {SYS_clock_nanosleep, SECCOMP_RET_ALLOW}, {SYS_restart_syscall, SECCOMP_RET_ALLOW},
    {SYS_rt_sigreturn, SECCOMP_RET_ALLOW}, {SYS_getppid, SECCOMP_RET_ERRNO | ENOTTY},
    {SYS_exit, SECCOMP_RET_ALLOW}, {SYS_madvise, SECCOMP_RET_ALLOW}, {SYS_futex, SECCOMP_RET_ALLOW},
};

static atomic_int up;

static void *confined(void *arg)
{
    uint64_t seed = 7;
    (void)arg;
    SYS(filter(mine, ARRAY_LEN(mine), SECCOMP_RET_KILL_PROCESS, 0));
    atomic_store(&up, 1);
    while (!atomic_load(&v_stop)) {
        v_nap((int64_t)(sc_rand(&seed) % (9 * MSEC)) + MSEC, false);
        for (int i = 0; i < 100; i++) {
            errno = 0;
            CHECK(syscall(SYS_getppid) == -1 && errno == ENOTTY, "getppid of the confined thread: %s", strerror(errno));
        }
    }
    return NULL;
}

int main(int argc, char **argv)
{
    uint64_t seed = 5;
    v_init(argc, argv, 0);
    SYS(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    pthread_t t = sc_thread(confined, NULL);
    while (!atomic_load(&up))
        sc_sleep_ns(MSEC);
    OFFER(filter(questions, ARRAY_LEN(questions), SECCOMP_RET_ALLOW, 0));
    v_ready();
    while (v_tick()) {
        v_nap((int64_t)(sc_rand(&seed) % (9 * MSEC)) + MSEC, sc_rand(&seed) % 4 == 0);
        errno = 0;
        CHECK(syscall(SYS_kcmp, 0, 0, 0, 0, 0) == -1 && errno == EPERM, "kcmp: %s", strerror(errno));
    }
    v_end();
    PT(pthread_join(t, NULL));
    return sc_finish();
}
