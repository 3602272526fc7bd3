/* I/O priorities: idle, best effort and none, and one that a thread has from its nice value alone. */
#include "selfcheck.h"

#define BEST_EFFORT (2 << 13)
#define IDLE (3 << 13)

static const int want[] = {BEST_EFFORT | 6, 0, IDLE, BEST_EFFORT | 1};
#define NR (int)ARRAY_LEN(want)
static atomic_int up;

static void check(int i)
{
    long now = SYS(syscall(SYS_ioprio_get, 1, 0));
    CHECK(want[i] ? now == want[i] : now >> 13 == 0, "thread %d: %lx", i, now);
}

static void *body(void *arg)
{
    int i = (int)(intptr_t)arg;
    OFFER(syscall(SYS_ioprio_set, 1, 0, want[i]));
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
    OFFER(syscall(SYS_ioprio_set, 1, 0, want[0]));
    for (intptr_t i = 1; i < NR; i++)
        t[i] = sc_thread(body, (void *)i);
    while (atomic_load(&up) < NR - 1)
        sc_sleep_ns(MSEC);
    sc_hold();
    check(0);
    for (int i = 1; i < NR; i++)
        PT(pthread_join(t[i], NULL));
    return sc_finish();
}
