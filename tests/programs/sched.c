/* Policy, nice value, priority, reset-on-fork and slice, another one in each thread. */
#include "selfcheck.h"
#include <sched.h>
#include <sys/resource.h>

struct attr { /* struct sched_attr of linux/sched/types.h, which old headers lack */
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
    uint32_t util_min, util_max;
};
#define RESET_ON_FORK 1

static const struct {
    struct attr attr;
    int nice; /* what getpriority says: a real-time thread keeps its nice value too */
} want[] = {
    {{.policy = SCHED_OTHER, .nice = 3, .runtime = 7 * MSEC}, 3},
    {{.policy = SCHED_OTHER, .nice = 0}, 0},
    {{.policy = SCHED_BATCH, .nice = 10, .flags = RESET_ON_FORK}, 10},
    {{.policy = SCHED_IDLE, .nice = 5}, 5},
    {{.policy = SCHED_FIFO, .priority = 3, .flags = RESET_ON_FORK}, -4},
    {{.policy = SCHED_RR, .priority = 7}, 6},
    {{.policy = SCHED_OTHER, .nice = -11}, -11},
};
#define NR (int)ARRAY_LEN(want)

static struct attr had[NR];
static atomic_int up;

static struct attr now(void)
{
    struct attr a = {0};
    SYS(syscall(SYS_sched_getattr, 0, &a, sizeof(a), 0));
    return a;
}

static void set_up(int i)
{
    struct attr a = want[i].attr;
    a.size = sizeof(a);
    OFFER(setpriority(PRIO_PROCESS, 0, want[i].nice));
    OFFER(syscall(SYS_sched_setattr, 0, &a, 0));
    had[i] = now();
    atomic_fetch_add(&up, 1);
}

static void check(int i)
{
    struct attr a = now();
    CHECK(a.policy == want[i].attr.policy, "thread %d: policy %u", i, a.policy);
    CHECK(a.flags == want[i].attr.flags, "thread %d: flags %llx", i, (unsigned long long)a.flags);
    CHECK(a.priority == want[i].attr.priority, "thread %d: priority %u", i, a.priority);
    CHECK(!memcmp(&a, &had[i], sizeof(a)), "thread %d: nice %d slice %llu, were %d %llu", i, a.nice,
          (unsigned long long)a.runtime, had[i].nice, (unsigned long long)had[i].runtime);
    errno = 0;
    int nice = getpriority(PRIO_PROCESS, 0);
    CHECK(nice == want[i].nice && errno == 0, "thread %d: nice %d", i, nice);
}

static void *body(void *arg)
{
    int i = (int)(intptr_t)arg;
    set_up(i);
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
    set_up(0);
    while (atomic_load(&up) < NR)
        sc_sleep_ns(MSEC);
    sc_hold();
    check(0);
    for (int i = 1; i < NR; i++)
        PT(pthread_join(t[i], NULL));
    return sc_finish();
}
