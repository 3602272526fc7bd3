/* Timer slack, another one in each thread. */
#include "selfcheck.h"

static const unsigned long want[] = {123456, 1, 50000, 3000000000UL};
#define NR (int)ARRAY_LEN(want)
static atomic_int up;

static void check(int i)
{
    long now = SYS(syscall(SYS_prctl, PR_GET_TIMERSLACK, 0, 0, 0, 0));
    CHECK((unsigned long)now == want[i], "thread %d: %ld ns, not %lu", i, now, want[i]);
}

static void *body(void *arg)
{
    int i = (int)(intptr_t)arg;
    SYS(prctl(PR_SET_TIMERSLACK, want[i], 0, 0, 0));
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
    SYS(prctl(PR_SET_TIMERSLACK, want[0], 0, 0, 0));
    while (atomic_load(&up) < NR - 1)
        sc_sleep_ns(MSEC);
    sc_hold();
    check(0);
    for (int i = 1; i < NR; i++)
        PT(pthread_join(t[i], NULL));
    return sc_finish();
}
