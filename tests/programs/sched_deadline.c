/* A SCHED_DEADLINE thread keeps its runtime, deadline and period. */
#include "selfcheck.h"

struct attr { /* struct sched_attr of linux/sched/types.h, which old headers lack */
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
};
#define DEADLINE 6

static atomic_int up;

static void *body(void *arg)
{
    struct attr a = {.size = sizeof(a), .policy = DEADLINE, .runtime = 2 * MSEC,
                     .deadline = 150 * MSEC, .period = 200 * MSEC}, b = {0};
    (void)arg;
    OFFER(syscall(SYS_sched_setattr, 0, &a, 0));
    atomic_store(&up, 1);
    sc_await_release();
    SYS(syscall(SYS_sched_getattr, 0, &b, sizeof(b), 0));
    CHECK(b.policy == DEADLINE && b.runtime == a.runtime && b.deadline == a.deadline &&
              b.period == a.period, "policy %u %llu %llu %llu", b.policy, (unsigned long long)b.runtime,
          (unsigned long long)b.deadline, (unsigned long long)b.period);
    return NULL;
}

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    pthread_t t = sc_thread(body, NULL);
    while (!atomic_load(&up))
        sc_sleep_ns(MSEC);
    sc_hold();
    PT(pthread_join(t, NULL));
    return sc_finish();
}
