/* PR_TSC_SIGSEGV in one thread and not in the other: what prctl says, and what the instruction does. */
#include "selfcheck.h"
#include <setjmp.h>

static sigjmp_buf back;
static atomic_int up;

static void trapped(int signal)
{
    (void)signal;
    siglongjmp(back, 1);
}

/* Whether rdtsc is allowed. */
static bool ticks(void)
{
    if (sigsetjmp(back, 1))
        return false;
    __builtin_ia32_rdtsc();
    return true;
}

static int mode(void)
{
    int now = 0;
    SYS(prctl(PR_GET_TSC, &now, 0, 0, 0));
    return now;
}

/* NB: from here on this thread must not ask the vdso for the time. */
static void *body(void *arg)
{
    (void)arg;
    OFFER(prctl(PR_SET_TSC, PR_TSC_SIGSEGV, 0, 0, 0));
    atomic_store(&up, 1);
    sc_await_release();
    CHECK(mode() == PR_TSC_SIGSEGV, "PR_GET_TSC: %d", mode());
    CHECK(!ticks(), "rdtsc is allowed again");
    return NULL;
}

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    struct sigaction act = {.sa_handler = trapped};
    SYS(sigaction(SIGSEGV, &act, NULL));
    pthread_t thread = sc_thread(body, NULL);
    while (!atomic_load(&up))
        sc_sleep_ns(MSEC);

    sc_hold();

    CHECK(mode() == PR_TSC_ENABLE && ticks(), "rdtsc is not allowed any more: %d", mode());
    PT(pthread_join(thread, NULL));
    return sc_finish();
}
