/* Blocked in read on a pipe that its second thread feeds every 1 to 20 ms; SA_RESTART: never EINTR, nothing lost. */
#include "victim.h"

static int p[2];
static atomic_int up;

static void *feeder(void *arg)
{
    uint64_t seed = 9, n = 0;
    (void)arg;
    atomic_store(&up, 1);
    while (!atomic_load(&v_stop)) {
        SYS(write(p[1], &n, sizeof(n)));
        n++;
        v_nap((int64_t)(sc_rand(&seed) % (19 * MSEC)) + MSEC, false);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    uint64_t got, want = 0;
    v_init(argc, argv, 0);
    SYS(pipe(p));
    pthread_t t = sc_thread(feeder, NULL);
    while (!atomic_load(&up))
        sc_sleep_ns(MSEC);
    v_ready();
    while (v_tick()) {
        ssize_t n = read(p[0], &got, sizeof(got));
        CHECK(n == sizeof(got), "read: %zd %s%s", n, errno == EINTR ? "spurious " : "", strerror(errno));
        CHECK(got == want, "number %llu came as %llu", (unsigned long long)want, (unsigned long long)got);
        want++;
    }
    v_end();
    PT(pthread_join(t, NULL));
    return sc_finish();
}
