/* Parent-death signals of two threads, none of which comes while the parent lives. */
#include "selfcheck.h"

static volatile sig_atomic_t came;
static atomic_int up;

static void handler(int signal)
{
    came = signal;
}

static void check(const char *who, int want)
{
    int now = -1;
    SYS(prctl(PR_GET_PDEATHSIG, &now, 0, 0, 0));
    CHECK(now == want, "%s has signal %d, not %d", who, now, want);
}

static void *body(void *arg)
{
    (void)arg;
    SYS(prctl(PR_SET_PDEATHSIG, SIGUSR2, 0, 0, 0));
    atomic_store(&up, 1);
    sc_await_release();
    check("the thread", SIGUSR2);
    return NULL;
}

int main(int argc, char **argv)
{
    struct sigaction sa = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sc_init(argc, argv);
    SYS(sigaction(SIGUSR1, &sa, NULL));
    SYS(sigaction(SIGUSR2, &sa, NULL));
    pthread_t t = sc_thread(body, NULL);
    while (!atomic_load(&up))
        sc_sleep_ns(MSEC);
    SYS(prctl(PR_SET_PDEATHSIG, SIGUSR1, 0, 0, 0));

    sc_hold();

    check("the leader", SIGUSR1);
    PT(pthread_join(t, NULL));
    CHECK(came == 0, "signal %d came", (int)came);
    return sc_finish();
}
