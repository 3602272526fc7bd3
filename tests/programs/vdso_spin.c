/* Threads that are in the vdso half of the time: their clock never goes back, and they get on. */
#include "selfcheck.h"

#define NR 3
#define WORK 20 /* as long as a look at the clock takes */
static atomic_ulong rounds[NR];

static void *spin(void *arg)
{
    size_t i = (size_t)arg;
    struct timespec t;
    int64_t last = 0;
    uint64_t seed = i + 1;
    while (!atomic_load(&sc_released)) {
        for (int j = 0; j < 1000; j++) {
            SYS(clock_gettime(CLOCK_MONOTONIC, &t));
            int64_t now = t.tv_sec * NSEC + t.tv_nsec;
            CHECK(now >= last, "the clock went back by %lld ns", (long long)(last - now));
            last = now;
            for (int k = 0; k < WORK; k++)
                sc_rand(&seed);
            CHECK(seed, "the numbers have run out");
        }
        atomic_fetch_add(&rounds[i], 1);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t thread[NR];
    sc_init(argc, argv);
    for (size_t i = 0; i < NR; i++)
        thread[i] = sc_thread(spin, (void *)i);
    sc_ready();
    sc_wait();
    for (size_t i = 0; i < NR; i++) {
        unsigned long before = atomic_load(&rounds[i]);
        for (int tries = 0; atomic_load(&rounds[i]) == before; tries++) {
            CHECK(tries < 2000, "thread %zu does not get on", i);
            sc_sleep_ns(5 * MSEC);
        }
    }
    sc_release();
    for (size_t i = 0; i < NR; i++)
        PT(pthread_join(thread[i], NULL));
    return sc_finish();
}
