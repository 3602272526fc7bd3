/* After go it sends itself signals; alarm works; EINTR where the program itself asked for it. */
#include "selfcheck.h"

static volatile sig_atomic_t counts[65];

static void handler(int sig)
{
    counts[sig]++;
}

int main(int argc, char **argv)
{
    static const int sigs[] = {SIGUSR1, SIGUSR2, SIGHUP, SIGTERM, SIGINT, SIGALRM, SIGCHLD, SIGCONT};
    sc_init(argc, argv);
    for (size_t i = 0; i < ARRAY_LEN(sigs); i++) {
        struct sigaction sa = {.sa_handler = handler};
        SYS(sigaction(sigs[i], &sa, NULL));
    }
    sc_hold();
    for (size_t i = 0; i < ARRAY_LEN(sigs); i++) {
        SYS(kill(getpid(), sigs[i]));
        CHECK(counts[sigs[i]] == 1, "signal %d: %d deliveries", sigs[i], (int)counts[sigs[i]]);
    }
    alarm(1);
    int64_t start = sc_now();
    CHECK(!sc_slept_ns(20 * NSEC), "alarm did not end the sleep");
    CHECK(counts[SIGALRM] == 2 && sc_now() - start >= 900 * MSEC, "alarm came early");
    return sc_finish();
}
