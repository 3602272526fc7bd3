/*
 * Counts the signals it gets while it computes: STATUS gets "realtime N" (SIGRTMIN: queued, none may be lost) and
 * "standard N" (SIGUSR1: those that wait together are one) before ok. Half of the time both are blocked.
 */
#include "../selfcheck.h"

static volatile unsigned long realtime, standard;
static uint8_t block[65536];

static void handler(int sig)
{
    if (sig == SIGUSR1)
        standard = standard + 1;
    else
        realtime = realtime + 1;
}

int main(int argc, char **argv)
{
    sigset_t both;
    struct sigaction sa = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sc_init(argc, argv);
    sigemptyset(&both);
    sigaddset(&both, SIGUSR1);
    sigaddset(&both, SIGRTMIN);
    sa.sa_mask = both;
    SYS(sigaction(SIGUSR1, &sa, NULL));
    SYS(sigaction(SIGRTMIN, &sa, NULL));
    sc_ready();
    for (uint64_t round = 1; !sc_go(); round++) {
        SYS(sigprocmask(round % 2 ? SIG_BLOCK : SIG_UNBLOCK, &both, NULL));
        for (int i = 0; i < 20; i++) {
            sc_fill(block, sizeof(block), round);
            long at = sc_verify(block, sizeof(block), round);
            CHECK(at < 0, "byte %ld is wrong", at);
        }
    }
    SYS(sigprocmask(SIG_UNBLOCK, &both, NULL));
    sc_note("realtime %lu", realtime);
    sc_note("standard %lu", standard);
    return sc_finish();
}
