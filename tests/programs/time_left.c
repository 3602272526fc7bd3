/*
 * Sleeps with a relative time-out that nobody writes back: nanosleep and clock_nanosleep without a remainder, poll, and
 * FUTEX_WAIT. Each thread notes when it began and when it woke ("slept NAME BEGIN END", CLOCK_MONOTONIC in ns), so that
 * a test that knows how long the program was away can tell whether the time-out went on or started over.
 * Argument: the time-out in ms, 4000 if there is none.
 */
#include "selfcheck.h"
#include <linux/futex.h>
#include <poll.h>

static const char *const names[] = {"nanosleep", "clock_nanosleep", "poll", "futex"};
static const long calls[] = {SYS_nanosleep, SYS_clock_nanosleep, SYS_poll, SYS_futex};
static _Atomic pid_t tids[ARRAY_LEN(names)];
static int silent[2];
static uint32_t word = 7;
static int timeout_ms = 4000;

static long sleep_by(int way)
{
    struct timespec time = {timeout_ms / 1000, timeout_ms % 1000 * MSEC};
    struct pollfd fd = {.fd = silent[0], .events = POLLIN};
    switch (way) {
    case 0:
        return syscall(SYS_nanosleep, &time, NULL);
    case 1:
        return syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &time, NULL);
    case 2:
        return syscall(SYS_poll, &fd, 1, timeout_ms);
    default:
        return syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 7, &time, NULL, 0) == -1 && errno == ETIMEDOUT ? 0 : -1;
    }
}

static void *sleeper(void *arg)
{
    int way = (int)(intptr_t)arg;
    int64_t begin = sc_now();
    atomic_store(&tids[way], sc_tid());
    errno = 0;
    long result = sleep_by(way);
    int64_t end = sc_now();
    CHECK(result == 0, "%s: %ld, %s", names[way], result, strerror(errno));
    CHECK(end - begin >= timeout_ms * MSEC, "%s woke after %lld ns", names[way], (long long)(end - begin));
    sc_await_release();
    sc_note("slept %s %lld %lld", names[way], (long long)begin, (long long)end);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t threads[ARRAY_LEN(names)];
    sc_init(argc, argv);
    if (argc > 2)
        timeout_ms = atoi(argv[2]);
    SYS(pipe(silent));
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        threads[i] = sc_thread(sleeper, (void *)(intptr_t)i);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        while (atomic_load(&tids[i]) == 0)
            sc_sleep_ns(MSEC);
        sc_await_syscall(tids[i], calls[i]);
    }
    sc_hold();
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        PT(pthread_join(threads[i], NULL));
    return sc_finish();
}
