/* Timers of timer_create: ids with gaps, clocks, kinds of notification, intervals, time left; one id far away. */
#include "selfcheck.h"

#define THREAD_ID 4 /* SIGEV_THREAD_ID */
#define FAR 3000    /* an id that nobody counts up to where ids can be chosen */
#define FAST 40     /* the signal of the fast timer */
#define LONG_NS (1000 * NSEC)

struct event { /* struct sigevent as the kernel has it */
    uint64_t value;
    int32_t signal, notify, tid, pad[11];
};

static const struct {
    int id, clock, notify, signal;
    int64_t interval, value;
} want[] = {
    {0, CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1, 0, LONG_NS},
    {3, CLOCK_REALTIME, SIGEV_NONE, 0, 7 * NSEC, LONG_NS + 5},
    {4, CLOCK_BOOTTIME, THREAD_ID, SIGUSR2, LONG_NS, 2 * LONG_NS},
    {9, CLOCK_PROCESS_CPUTIME_ID, SIGEV_SIGNAL, SIGUSR1, 0, LONG_NS},
    {10, CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1, 0, 0},
    {FAR, CLOCK_MONOTONIC, SIGEV_SIGNAL, FAST, 20 * MSEC, 20 * MSEC},
};
#define NR (int)ARRAY_LEN(want)

static _Atomic(pid_t) other;
static atomic_int ticks, told, wrong;
static int64_t armed;

static int create(int clock, struct event *e)
{
    int id = -1;
    SYS(syscall(SYS_timer_create, clock, e, &id));
    return id;
}

static void handler(int signal, siginfo_t *si, void *context)
{
    (void)context;
    if (signal == FAST && si->si_code == SI_TIMER && si->si_value.sival_int == FAR + 1000)
        atomic_fetch_add(&ticks, 1);
    else if (signal == SIGUSR2 && si->si_code == SI_TIMER && sc_tid() == other)
        atomic_fetch_add(&told, 1);
    else
        atomic_fetch_add(&wrong, 1);
}

/* Sleeps of this program may be cut short by the handlers, which restart nothing. */
static void wait_until(const char *what, atomic_int *counter, int at_least)
{
    int64_t end = sc_now() + 60 * NSEC;
    while (atomic_load(counter) < at_least) {
        CHECK(sc_now() < end, "%s: %d of %d after a minute", what, atomic_load(counter), at_least);
        sc_slept_ns(MSEC);
    }
}

static void *body(void *arg)
{
    (void)arg;
    other = sc_tid();
    while (!atomic_load(&sc_released))
        sc_slept_ns(5 * MSEC);
    wait_until("the thread's timer", &told, 1);
    return NULL;
}

static void make(int i)
{
    struct event e = {.value = (uint64_t)want[i].id + 1000, .signal = want[i].signal,
                      .notify = want[i].notify, .tid = want[i].notify == THREAD_ID ? other : 0};
    int id;
    while ((id = create(want[i].clock, &e)) < want[i].id)
        SYS(syscall(SYS_timer_delete, id));
    CHECK(id == want[i].id, "the kernel skipped from %d to %d", want[i].id, id);
    struct itimerspec t = {{want[i].interval / NSEC, want[i].interval % NSEC},
                           {want[i].value / NSEC, want[i].value % NSEC}};
    SYS(syscall(SYS_timer_settime, id, 0, &t, NULL));
}

static void check(int i)
{
    struct itimerspec t;
    SYS(syscall(SYS_timer_gettime, want[i].id, &t));
    int64_t interval = t.it_interval.tv_sec * NSEC + t.it_interval.tv_nsec;
    int64_t left = t.it_value.tv_sec * NSEC + t.it_value.tv_nsec;
    CHECK(interval == want[i].interval, "timer %d: interval %lld", want[i].id, (long long)interval);
    if (want[i].value == 0)
        CHECK(left == 0, "timer %d was armed", want[i].id);
    else
        CHECK(left > 0 && left <= want[i].value, "timer %d: %lld ns left", want[i].id, (long long)left);
    /* the time that went by while the task was away does not count, all other does */
    if (want[i].value >= LONG_NS && want[i].clock != CLOCK_PROCESS_CPUTIME_ID)
        CHECK(left >= want[i].value - (sc_now() - armed) - NSEC / 100, "timer %d: %lld ns left after %lld",
              want[i].id, (long long)left, (long long)(sc_now() - armed));
}

int main(int argc, char **argv)
{
    struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_RESTART};
    sc_init(argc, argv);
    SYS(sigaction(FAST, &sa, NULL));
    SYS(sigaction(SIGUSR1, &sa, NULL));
    SYS(sigaction(SIGUSR2, &sa, NULL));
    pthread_t thread = sc_thread(body, NULL);
    while (!other)
        sc_slept_ns(MSEC);
    armed = sc_now();
    for (int i = 0; i < NR; i++)
        make(i);
    wait_until("the fast timer before", &ticks, 2);

    sc_snapshot();
    sc_ready();
    while (!sc_go())
        sc_slept_ns(5 * MSEC);
    sc_compare();
    for (int i = 0; i < NR; i++)
        check(i);
    int before = atomic_load(&ticks);
    wait_until("the fast timer", &ticks, before + 3);
    struct itimerspec soon = {.it_value = {0, MSEC}};
    SYS(syscall(SYS_timer_settime, 4, 0, &soon, NULL));
    sc_release();
    PT(pthread_join(thread, NULL));
    for (int i = 0; i < NR; i++)
        SYS(syscall(SYS_timer_delete, want[i].id));
    CHECK(atomic_load(&wrong) == 0, "%d signals that no timer should have sent", atomic_load(&wrong));
    int id = create(CLOCK_MONOTONIC, NULL);
    CHECK(id >= 0, "no timer can be made any more");
    return sc_finish();
}
