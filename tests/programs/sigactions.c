/* Signal actions with every kind of flag and mask, queried raw before and after, and delivered. */
#include "selfcheck.h"

struct ksigaction {
    void *handler;
    unsigned long flags;
    void *restorer;
    uint64_t mask;
};

static struct ksigaction before[65], after[65];
static volatile sig_atomic_t seen[65], depth, deepest, value, masked_during;

static void plain(int sig)
{
    seen[sig]++;
}

static void nested(int sig)
{
    seen[sig]++;
    if (++depth > deepest)
        deepest = depth;
    if (depth < 3)
        raise(sig);
    depth--;
}

static void info(int sig, siginfo_t *si, void *uc)
{
    (void)uc;
    sigset_t now;
    seen[sig]++;
    value = si->si_value.sival_int;
    sigprocmask(SIG_BLOCK, NULL, &now);
    masked_during = sigismember(&now, SIGUSR1) && sigismember(&now, SIGRTMIN + 5) &&
                    !sigismember(&now, SIGUSR2);
}

static void set(int sig, void (*h)(int), int flags)
{
    struct sigaction sa = {.sa_flags = flags};
    sa.sa_handler = h;
    SYS(sigaction(sig, &sa, NULL));
}

static void query(struct ksigaction *out)
{
    for (int s = 1; s <= 64; s++)
        SYS(syscall(SYS_rt_sigaction, s, NULL, &out[s], 8UL));
}

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    set(SIGUSR1, plain, SA_RESTART);
    set(SIGUSR2, plain, SA_RESETHAND);
    set(SIGHUP, nested, SA_NODEFER);
    set(SIGPIPE, SIG_IGN, 0);
    set(SIGWINCH, SIG_IGN, SA_RESTART);
    set(SIGCHLD, plain, SA_NOCLDSTOP | SA_NOCLDWAIT);
    set(SIGRTMAX, plain, SA_ONSTACK);
    struct sigaction sa = {.sa_flags = SA_SIGINFO | SA_RESTART};
    sa.sa_sigaction = info;
    sigaddset(&sa.sa_mask, SIGUSR1);
    sigaddset(&sa.sa_mask, SIGRTMIN + 5);
    SYS(sigaction(SIGRTMIN + 1, &sa, NULL));
    query(before);

    sc_hold();

    query(after);
    for (int s = 1; s <= 64; s++)
        CHECK(!memcmp(&before[s], &after[s], sizeof(before[s])), "action of signal %d changed", s);
    raise(SIGUSR1);
    raise(SIGUSR2);
    raise(SIGHUP);
    raise(SIGPIPE);
    raise(SIGWINCH);
    raise(SIGRTMAX);
    SYS(sigqueue(getpid(), SIGRTMIN + 1, (union sigval){.sival_int = 4711}));
    CHECK(seen[SIGUSR1] == 1 && seen[SIGUSR2] == 1 && seen[SIGRTMAX] == 1, "a handler did not run");
    CHECK(seen[SIGHUP] == 3 && deepest == 3, "SA_NODEFER: depth %d", (int)deepest);
    CHECK(seen[SIGRTMIN + 1] == 1 && value == 4711, "SA_SIGINFO: value %d", (int)value);
    CHECK(masked_during, "sa_mask was not in force in the handler");
    SYS(sigaction(SIGUSR2, NULL, &sa));
    CHECK(sa.sa_handler == SIG_DFL, "SA_RESETHAND did not reset");
    return sc_finish();
}
