/*
 * Seccomp filters: several of them, of which the newest and the strictest count; of threads, which share what they
 * inherited. What our questions need is forbidden too.
 *
 *   seccomp_filter          installed by root
 *   seccomp_filter dropped  the same, and then the right to install them was given up
 *   seccomp_filter tree     with no_new_privs; a thread of a thread makes its filters those of all
 */
#include "filters.h"
#include <linux/capability.h>

enum { FIRST = 61, SECOND, SYSINFO, OWN, OWN_TOO, LEADER, ALL };

static atomic_int ready, checked, done;
static bool tree, dropped;
static uint32_t word;

static void must_answer(const char *who, long call, int error)
{
    int found = error_of(call);
    CHECK(found == error, "%s: call %ld ended with error %d, not %d", who, call, found, error);
}

static void common(const char *who)
{
    must_answer(who, SYS_uname, SECOND);
    must_answer(who, SYS_sysinfo, SYSINFO);
    must_answer(who, SYS_kcmp, EPERM);
    must_answer(who, SYS_membarrier, EPERM);
    CHECK(prctl(PR_GET_DUMPABLE) == -1 && errno == ENOTTY, "%s: prctl(PR_GET_DUMPABLE)", who);
    CHECK(prctl(PR_GET_KEEPCAPS) == 0, "%s: prctl(PR_GET_KEEPCAPS): %s", who, strerror(errno));
    must_answer(who, SYS_pipe, EFAULT);
}

static void up(void)
{
    atomic_fetch_add(&ready, 1);
    sc_await_release();
}

static void *plain(void *arg)
{
    (void)arg;
    up();
    common("a thread without its own");
    must_answer("a thread without its own", SYS_times, 0);
    atomic_fetch_add(&checked, 1);
    while (atomic_load(&done) < 2)
        sc_sleep_ns(MSEC);
    must_answer("a thread that was synchronized", SYS_accept, ALL);
    return NULL;
}

static void *child_of_own(void *arg)
{
    (void)arg;
    SYS(fail_call(SYS_times, OWN_TOO, 0));
    up();
    common("a thread of a thread");
    must_answer("a thread of a thread", SYS_getrusage, OWN);
    must_answer("a thread of a thread", SYS_times, OWN_TOO);
    if (tree) {
        while (atomic_load(&checked) < 3)
            sc_sleep_ns(MSEC);
        /* all others have a part of its filters, and no others */
        long r = fail_call(SYS_accept, ALL, SECCOMP_FILTER_FLAG_TSYNC);
        CHECK(r == 0, "TSYNC of a thread of a thread: %ld %s", r, strerror(errno));
        atomic_store(&done, 2);
    }
    return NULL;
}

static void *own(void *arg)
{
    (void)arg;
    SYS(fail_call(SYS_getrusage, OWN, SECCOMP_FILTER_FLAG_SPEC_ALLOW));
    pthread_t t = sc_thread(child_of_own, NULL);
    up();
    common("a thread with its own");
    must_answer("a thread with its own", SYS_getrusage, OWN);
    must_answer("a thread with its own", SYS_times, 0);
    atomic_fetch_add(&checked, 1);
    PT(pthread_join(t, NULL));
    return NULL;
}

/* Sleeps in a call that the kernel would go on with by restart_syscall(2) after a stop, and may not make that. */
static void *no_restart(void *arg)
{
    (void)arg;
    struct rule rule = {SYS_restart_syscall, SECCOMP_RET_KILL_PROCESS};
    SYS(filter(&rule, 1, SECCOMP_RET_ALLOW, 0));
    atomic_fetch_add(&ready, 1);
    struct timespec hour = {3600, 0};
    long r = syscall(SYS_futex, &word, 128, 0, &hour, NULL, 0);
    CHECK(r == 0 || errno == EAGAIN, "futex: %ld %s", r, strerror(errno));
    return NULL;
}

static void give_up(void)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];
    SYS(syscall(SYS_capget, &header, data));
    data[0].effective &= ~(1u << CAP_SYS_ADMIN);
    data[0].permitted &= ~(1u << CAP_SYS_ADMIN);
    SYS(syscall(SYS_capset, &header, data));
}

static void install_common(void)
{
    static const struct rule first[] = {
        {SYS_uname, SECCOMP_RET_ERRNO | FIRST}, {SYS_kcmp, SECCOMP_RET_ERRNO | EPERM},
        {SYS_membarrier, SECCOMP_RET_ERRNO | EPERM}, {SYS_get_mempolicy, SECCOMP_RET_ERRNO | EPERM},
        {SYS_pkey_mprotect, SECCOMP_RET_ERRNO | EPERM}, {SYS_modify_ldt, SECCOMP_RET_ERRNO | EPERM},
        {SYS_keyctl, SECCOMP_RET_ERRNO | EPERM}, {SYS_arch_prctl, SECCOMP_RET_ERRNO | EPERM},
        {PRCTL_OPTION(PR_GET_DUMPABLE), SECCOMP_RET_ERRNO | ENOTTY},
        {SYS_rt_sigaction, SECCOMP_RET_LOG}, {SYS_getitimer, SECCOMP_RET_TRACE},
    };
    static const struct rule second[] = {
        {SYS_uname, SECCOMP_RET_ERRNO | SECOND}, {SYS_sysinfo, SECCOMP_RET_ERRNO | SYSINFO},
    };
    if (tree)
        SYS(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    OFFER(filter(first, ARRAY_LEN(first), SECCOMP_RET_ALLOW, SECCOMP_FILTER_FLAG_LOG));
    SYS(filter(second, ARRAY_LEN(second), SECCOMP_RET_ALLOW, 0));
}

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    tree = argc > 2 && !strcmp(argv[2], "tree");
    dropped = argc > 2 && !strcmp(argv[2], "dropped");
    install_common();
    pthread_t p = sc_thread(plain, NULL), o = sc_thread(own, NULL), n = 0;
    int others = 3;
    if (!tree) {
        n = sc_thread(no_restart, NULL);
        others = 4;
    }
    while (atomic_load(&ready) < others)
        sc_sleep_ns(MSEC);
    if (!tree)
        SYS(fail_call(SYS_getrusage, LEADER, 0));
    if (dropped)
        give_up();
    sc_hold();
    common("the leader");
    atomic_fetch_add(&checked, 1);
    if (!tree) {
        must_answer("the leader", SYS_getrusage, LEADER);
        must_answer("the leader", SYS_times, 0);
        if (!dropped) {
            long r = fail_call(SYS_accept, ALL, SECCOMP_FILTER_FLAG_TSYNC);
            CHECK(r > 0, "TSYNC while threads have filters of their own: %ld %s", r, strerror(errno));
        }
        word = 1;
        SYS(syscall(SYS_futex, &word, 129, 1, NULL, NULL, 0));
        PT(pthread_join(n, NULL));
    }
    PT(pthread_join(o, NULL));
    if (dropped)
        CHECK(fail_call(SYS_accept, ALL, 0) == -1 && errno == EACCES, "may install filters again");
    else if (!tree) {
        long r = fail_call(SYS_accept, ALL, SECCOMP_FILTER_FLAG_TSYNC);
        CHECK(r == 0, "TSYNC: %ld %s", r, strerror(errno));
        atomic_store(&done, 2);
    }
    if (dropped)
        return sc_finish();
    PT(pthread_join(p, NULL));
    must_answer("the leader", SYS_accept, ALL);
    if (tree) {
        must_answer("the leader", SYS_getrusage, OWN);
        must_answer("the leader", SYS_times, OWN_TOO);
    }
    return sc_finish();
}
