/* Every signal that can have a handler has one, those that glibc keeps for itself too; none may come by itself. */
#include "../selfcheck.h"

struct kernel_sigaction {
    void (*handler)(int);
    unsigned long flags;
    void (*restorer)(void);
    uint64_t mask;
};

static volatile int got[65];

static void handler(int sig)
{
    got[sig] = got[sig] + 1;
}

static void action(int sig, const struct kernel_sigaction *new, struct kernel_sigaction *old)
{
    SYS(syscall(SYS_rt_sigaction, sig, new, old, 8UL));
}

int main(int argc, char **argv)
{
    struct sigaction first = {.sa_handler = handler, .sa_flags = SA_RESTART};
    struct kernel_sigaction all, now;
    sc_init(argc, argv);
    SYS(sigaction(SIGUSR1, &first, NULL));
    action(SIGUSR1, NULL, &all); /* with glibc's restorer */
    for (int sig = 1; sig <= 64; sig++)
        if (sig != SIGKILL && sig != SIGSTOP)
            action(sig, &all, NULL);

    sc_hold();

    for (int sig = 1; sig <= 64; sig++) {
        CHECK(got[sig] == 0, "signal %d came by itself", sig);
        if (sig == SIGKILL || sig == SIGSTOP)
            continue;
        action(sig, NULL, &now);
        CHECK(now.handler == handler && now.flags == all.flags && now.restorer == all.restorer &&
                  now.mask == all.mask,
              "the action of signal %d changed", sig);
        SYS(kill(getpid(), sig));
        CHECK(got[sig] == 1, "signal %d did not come", sig);
    }
    return sc_finish();
}
