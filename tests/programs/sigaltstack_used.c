/* Waits for go inside a handler that runs on the alternate signal stack. */
#include "selfcheck.h"

#define SIZE (256UL << 10)

static char *stack;
static volatile sig_atomic_t done;

static void handler(int sig, siginfo_t *si, void *uc)
{
    char here[64];
    stack_t now;
    (void)uc;
    sc_fill(here, sizeof(here), 5);
    CHECK(here >= stack && here < stack + SIZE, "the handler does not run on the altstack");

    sc_hold();

    CHECK(sig == SIGUSR1 && si->si_signo == SIGUSR1 && si->si_pid == getpid(), "siginfo changed");
    CHECK(here >= stack && here < stack + SIZE, "moved off the altstack");
    CHECK(sc_verify(here, sizeof(here), 5) < 0, "a local variable changed");
    SYS(sigaltstack(NULL, &now));
    CHECK(now.ss_sp == stack && now.ss_size == SIZE && now.ss_flags == SS_ONSTACK,
          "altstack in use changed, flags %x", (unsigned)now.ss_flags);
    done = 1;
}

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    stack = SYS(mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    stack_t want = {.ss_sp = stack, .ss_size = SIZE, .ss_flags = 0}, now;
    SYS(sigaltstack(&want, NULL));
    struct sigaction sa = {.sa_flags = SA_ONSTACK | SA_SIGINFO};
    sa.sa_sigaction = handler;
    sigaddset(&sa.sa_mask, SIGUSR2);
    SYS(sigaction(SIGUSR1, &sa, NULL));
    volatile double before = 1.0 / 3;
    raise(SIGUSR1);
    CHECK(done == 1 && before == 1.0 / 3, "the handler did not return as it should");
    SYS(sigaltstack(NULL, &now));
    CHECK(now.ss_sp == stack && now.ss_size == SIZE && now.ss_flags == want.ss_flags,
          "the altstack is not armed after the handler");
    sigset_t m;
    SYS(sigprocmask(SIG_BLOCK, NULL, &m));
    CHECK(!sigismember(&m, SIGUSR1) && !sigismember(&m, SIGUSR2), "mask not put back");
    return sc_finish();
}
