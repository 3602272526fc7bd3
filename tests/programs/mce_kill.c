/* When a memory error kills: another policy in each thread (PR_MCE_KILL). */
#include "selfcheck.h"

static const int want[] = {PR_MCE_KILL_EARLY, PR_MCE_KILL_LATE, PR_MCE_KILL_DEFAULT};
#define NR (int)ARRAY_LEN(want)
static atomic_int up;

static void check(int i)
{
    int now = SYS(prctl(PR_MCE_KILL_GET, 0, 0, 0, 0));
    CHECK(now == want[i], "thread %d: policy %d, not %d", i, now, want[i]);
}

static void *body(void *arg)
{
    int i = (int)(intptr_t)arg;
    SYS(prctl(PR_MCE_KILL, PR_MCE_KILL_SET, want[i], 0, 0));
    check(i);
    atomic_fetch_add(&up, 1);
    sc_await_release();
    check(i);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t t[NR];
    sc_init(argc, argv);
    for (intptr_t i = 1; i < NR; i++)
        t[i] = sc_thread(body, (void *)i);
    OFFER(prctl(PR_MCE_KILL, PR_MCE_KILL_SET, want[0], 0, 0));
    while (atomic_load(&up) < NR - 1)
        sc_sleep_ns(MSEC);
    sc_hold();
    check(0);
    for (int i = 1; i < NR; i++)
        PT(pthread_join(t[i], NULL));
    return sc_finish();
}
