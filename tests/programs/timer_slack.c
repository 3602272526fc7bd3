/* Timer slack, another one in each thread. */
#include "selfcheck.h"

static const unsigned long want[] = {123456, 1, 50000, 3000000000UL, 1UL << 63, -10UL};
#define NR (int)ARRAY_LEN(want)
static atomic_int up;
/* NB: a thread with a slack of centuries does not wake up from a sleep. */
static pthread_mutex_t go = PTHREAD_MUTEX_INITIALIZER;

static void check(int i)
{
    /* What is near 2^64 looks like an error number. */
    errno = 0;
    unsigned long now = (unsigned long)syscall(SYS_prctl, PR_GET_TIMERSLACK, 0, 0, 0, 0);
    if (errno)
        now = (unsigned long)-errno;
    CHECK(now == want[i], "thread %d: %lu ns, not %lu", i, now, want[i]);
}

static void *body(void *arg)
{
    int i = (int)(intptr_t)arg;
    SYS(prctl(PR_SET_TIMERSLACK, want[i], 0, 0, 0));
    atomic_fetch_add(&up, 1);
    PT(pthread_mutex_lock(&go));
    check(i);
    PT(pthread_mutex_unlock(&go));
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t t[NR];
    sc_init(argc, argv);
    PT(pthread_mutex_lock(&go));
    for (intptr_t i = 1; i < NR; i++)
        t[i] = sc_thread(body, (void *)i);
    SYS(prctl(PR_SET_TIMERSLACK, want[0], 0, 0, 0));
    while (atomic_load(&up) < NR - 1)
        sc_sleep_ns(MSEC);
    sc_hold();
    check(0);
    PT(pthread_mutex_unlock(&go));
    for (int i = 1; i < NR; i++)
        PT(pthread_join(t[i], NULL));
    return sc_finish();
}
