/* Waits for go inside a signal handler that has interrupted the vdso, which goes on when the handler returns. */
#include "selfcheck.h"
#include <sys/auxv.h>
#include <sys/time.h>
#include <ucontext.h>

static volatile sig_atomic_t done;
static unsigned long vdso;

static void handler(int sig, siginfo_t *si, void *context)
{
    unsigned long ip = (unsigned long)((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
    (void)sig;
    (void)si;
    if (done || ip < vdso || ip >= vdso + 2 * SC_PAGE)
        return;
    struct itimerval never = {{0, 0}, {0, 0}};
    SYS(setitimer(ITIMER_REAL, &never, NULL));
    sc_ready();
    sc_wait();
    done = 1;
}

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    vdso = getauxval(AT_SYSINFO_EHDR);
    struct sigaction sa = {.sa_flags = SA_SIGINFO | SA_RESTART};
    sa.sa_sigaction = handler;
    SYS(sigaction(SIGALRM, &sa, NULL));
    struct itimerval often = {{0, 1000}, {0, 1000}};
    SYS(setitimer(ITIMER_REAL, &often, NULL));
    int64_t last = 0;
    while (!done) {
        int64_t now = sc_now();
        CHECK(now >= last, "the clock went back by %lld ns", (long long)(last - now));
        last = now;
    }
    sc_check_time();
    return sc_finish();
}
