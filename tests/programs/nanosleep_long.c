/* Sleeps of 1.5 s in four threads, relative and absolute: never EINTR, never shorter than asked. */
#include "selfcheck.h"

#define NAP (1500 * MSEC)

static pid_t tids[4];
static atomic_int up;

static void nap(int kind)
{
    struct timespec t = {NAP / NSEC, NAP % NSEC}, rem = {0, 0};
    int64_t start = sc_now();
    int r = 0;
    if (kind == 0) {
        r = nanosleep(&t, &rem) ? errno : 0;
    } else if (kind == 1) {
        r = clock_nanosleep(CLOCK_MONOTONIC, 0, &t, &rem);
    } else if (kind == 2) {
        t = (struct timespec){(start + NAP) / NSEC, (start + NAP) % NSEC};
        r = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
    } else {
        r = (int)-syscall(SYS_nanosleep, &t, NULL);
        r = r > 0 ? errno : 0;
    }
    int64_t took = sc_now() - start;
    CHECK(r == 0, "sleep %d: %s%s", kind, r == EINTR ? "spurious " : "", strerror(r));
    CHECK(took >= NAP, "sleep %d took only %lld ns", kind, (long long)took);
}

static void *body(void *arg)
{
    int kind = (int)(intptr_t)arg;
    tids[kind] = sc_tid();
    atomic_fetch_add(&up, 1);
    do
        nap(kind);
    while (!atomic_load(&sc_released));
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t t[4];
    sc_init(argc, argv);
    for (intptr_t i = 0; i < 4; i++)
        t[i] = sc_thread(body, (void *)i);
    while (atomic_load(&up) < 4)
        sc_sleep_ns(MSEC);
    for (int i = 0; i < 4; i++)
        sc_await_syscall(tids[i], i == 3 ? SYS_nanosleep : SYS_clock_nanosleep);
    sc_hold();
    for (int i = 0; i < 4; i++)
        PT(pthread_join(t[i], NULL));
    return sc_finish();
}
