/* A thread bound to the first CPU, one to the last, and one that nobody bound. */
#include "selfcheck.h"
#include <sched.h>

static cpu_set_t all;
static atomic_int up;

static void bind_to(int cpu)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    SYS(sched_setaffinity(0, sizeof(one), &one));
}

static void check(const char *who, const cpu_set_t *want)
{
    cpu_set_t now;
    SYS(sched_getaffinity(0, sizeof(now), &now));
    CHECK(CPU_EQUAL(&now, want), "%s may run on %d CPUs, not on %d", who, CPU_COUNT(&now),
          CPU_COUNT(want));
    if (CPU_COUNT(want) == 1)
        CHECK(CPU_ISSET(sched_getcpu(), want), "%s runs on CPU %d", who, sched_getcpu());
}

static void *bound(void *arg)
{
    int cpu = (int)(intptr_t)arg;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    bind_to(cpu);
    atomic_fetch_add(&up, 1);
    sc_await_release();
    check("a bound thread", &one);
    return NULL;
}

static void *unbound(void *arg)
{
    (void)arg;
    atomic_fetch_add(&up, 1);
    sc_await_release();
    check("the free thread", &all);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t t[3];
    int first = 0, last = CPU_SETSIZE - 1;
    sc_init(argc, argv);
    SYS(sched_getaffinity(0, sizeof(all), &all));
    if (CPU_COUNT(&all) < 2)
        sc_skip("one CPU only");
    while (!CPU_ISSET(first, &all))
        first++;
    while (!CPU_ISSET(last, &all))
        last--;
    t[0] = sc_thread(bound, (void *)(intptr_t)first);
    t[1] = sc_thread(unbound, NULL);
    t[2] = sc_thread(bound, (void *)(intptr_t)last);
    while (atomic_load(&up) < 3)
        sc_sleep_ns(MSEC);
    bind_to(last); /* the threads that a restore makes begin with the leader's */

    sc_hold();

    for (int i = 0; i < 3; i++)
        PT(pthread_join(t[i], NULL));
    return sc_finish();
}
