/* Four threads that create threads which end at once, all the time. */
#include "../selfcheck.h"

static atomic_int stop;
static atomic_ullong ended;

static void *brief(void *arg)
{
    atomic_fetch_add(&ended, 1);
    return arg;
}

static void *spawner(void *arg)
{
    uintptr_t made = 0;
    (void)arg;
    while (!atomic_load(&stop)) {
        void *got;
        pthread_t t = sc_thread(brief, (void *)++made);
        PT(pthread_join(t, &got));
        CHECK(got == (void *)made, "thread %lu returned %lu", (unsigned long)made, (unsigned long)got);
    }
    return (void *)made;
}

int main(int argc, char **argv)
{
    pthread_t t[4];
    unsigned long long made = 0;
    sc_init(argc, argv);
    for (int i = 0; i < 4; i++)
        t[i] = sc_thread(spawner, NULL);
    sc_ready();
    sc_wait();
    atomic_store(&stop, 1);
    for (int i = 0; i < 4; i++) {
        void *got;
        PT(pthread_join(t[i], &got));
        made += (uintptr_t)got;
    }
    CHECK(made == atomic_load(&ended), "%llu threads made, %llu ran", made, atomic_load(&ended));
    return sc_finish();
}
