/* Futex waits: relative and absolute time-outs (never early, never EINTR), and without one, until woken. */
#include "selfcheck.h"

#define TIMEOUT (700 * MSEC)
#define WAIT 0
#define WAKE 1
#define WAIT_BITSET 9
#define PRIVATE 128
#define REALTIME 256

static uint32_t never, words[3];
static atomic_int up;
static pid_t tids[6];

static long futex(uint32_t *w, int op, uint32_t v, const struct timespec *t, uint32_t bits)
{
    return syscall(SYS_futex, w, op, v, t, NULL, bits);
}

static void *with_timeout(void *arg)
{
    int kind = (int)(intptr_t)arg;
    tids[kind] = sc_tid();
    atomic_fetch_add(&up, 1);
    do {
        struct timespec rel = {0, TIMEOUT}, abs;
        SYS(clock_gettime(kind == 2 ? CLOCK_REALTIME : CLOCK_MONOTONIC, &abs));
        abs.tv_nsec += TIMEOUT;
        abs.tv_sec += abs.tv_nsec / NSEC;
        abs.tv_nsec %= NSEC;
        int64_t start = sc_now();
        long r = kind == 0 ? futex(&never, WAIT | PRIVATE, 0, &rel, 0)
                           : futex(&never, WAIT_BITSET | (kind == 2 ? REALTIME : PRIVATE), 0, &abs, ~0u);
        int e = errno;
        int64_t took = sc_now() - start;
        CHECK(r == -1 && e == ETIMEDOUT, "wait %d: %ld %s%s", kind, r, e == EINTR ? "spurious " : "",
              strerror(e));
        /* the real-time clock may be slewed */
        CHECK(took >= TIMEOUT - (kind == 2 ? 20 * MSEC : 0), "wait %d took only %lld ns", kind,
              (long long)took);
    } while (!atomic_load(&sc_released));
    return NULL;
}

static void *without(void *arg)
{
    int kind = (int)(intptr_t)arg;
    tids[3 + kind] = sc_tid();
    atomic_fetch_add(&up, 1);
    long r = kind == 0   ? futex(&words[0], WAIT | PRIVATE, 0, NULL, 0)
             : kind == 1 ? futex(&words[1], WAIT, 0, NULL, 0)
                         : futex(&words[2], WAIT_BITSET | PRIVATE, 0, NULL, 4);
    CHECK(r == 0, "wait without time-out %d: %ld %s%s", kind, r, errno == EINTR ? "spurious " : "",
          strerror(errno));
    CHECK(words[kind] == 1, "wait %d ended though nobody woke it", kind);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t t[6];
    sc_init(argc, argv);
    for (intptr_t i = 0; i < 6; i++)
        t[i] = sc_thread(i < 3 ? with_timeout : without, (void *)(i % 3));
    while (atomic_load(&up) < 6)
        sc_sleep_ns(MSEC);
    for (int i = 0; i < 6; i++)
        sc_await_syscall(tids[i], SYS_futex);
    sc_snapshot();
    sc_ready();
    sc_wait();
    sc_compare();
    for (int i = 3; i < 6; i++)
        sc_await_syscall(tids[i], SYS_futex);
    sc_release();
    CHECK(futex(&words[2], 10 | PRIVATE, 1, NULL, 2) == 0, "FUTEX_WAKE_BITSET woke the wrong bits");
    for (int i = 0; i < 3; i++) {
        __atomic_store_n(&words[i], 1, __ATOMIC_SEQ_CST);
        long n = i == 2 ? futex(&words[i], 10 | PRIVATE, 1, NULL, 4)
                        : futex(&words[i], WAKE | (i == 0 ? PRIVATE : 0), 1, NULL, 0);
        CHECK(n == 1, "wake %d reached %ld waiters", i, n);
    }
    for (int i = 0; i < 6; i++)
        PT(pthread_join(t[i], NULL));
    return sc_finish();
}
