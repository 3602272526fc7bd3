/* Eight threads, each in another state: spinning, sleeping, and blocked in six ways. */
#include "selfcheck.h"
#include <poll.h>

static pid_t tids[8];
static atomic_int started;
static volatile uint64_t spins;
static volatile sig_atomic_t woken;
static int pipe_read[2], pipe_poll[2];
static uint32_t word;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static int cond_set;

static void wake(int sig)
{
    (void)sig;
    woken++;
}

static void do_spin(void)
{
    uint64_t n = 0;
    while (!atomic_load(&sc_released)) {
        spins = ++n;
        CHECK(spins == n, "spinning thread lost its count");
    }
}

static void do_futex(void)
{
    while (__atomic_load_n(&word, __ATOMIC_SEQ_CST) == 0) {
        long r = syscall(SYS_futex, &word, 0 /* FUTEX_WAIT */, 0, NULL, NULL, 0);
        CHECK(r == 0 || errno == EAGAIN, "futex: %s", strerror(errno));
    }
}

static void do_cond(void)
{
    pthread_mutex_lock(&lock);
    while (!cond_set)
        pthread_cond_wait(&cond, &lock);
    pthread_mutex_unlock(&lock);
}

static void do_poll(void)
{
    struct pollfd p = {.fd = pipe_poll[0], .events = POLLIN};
    int r = poll(&p, 1, -1);
    CHECK(r == 1 && p.revents == POLLIN, "poll returned %d: %s", r, strerror(errno));
    CHECK(atomic_load(&sc_released), "poll returned early");
}

static void do_pause(void)
{
    pause();
    CHECK(errno == EINTR && woken == 1 && atomic_load(&sc_released), "pause returned early");
}

static void do_read(void)
{
    char c;
    ssize_t n = read(pipe_read[0], &c, 1);
    CHECK(n == 1 && c == 'r', "read returned %zd: %s", n, strerror(errno));
}

static void do_long_sleep(void)
{
    struct timespec t = {100000, 0};
    while (nanosleep(&t, &t) < 0)
        CHECK(atomic_load(&sc_released) == 1, "spurious EINTR");
}

static void *body(void *arg)
{
    static void (*const work[8])(void) = {do_spin, sc_await_release, do_futex, do_cond,
                                          do_poll, do_pause, do_read, do_long_sleep};
    int i = (int)(intptr_t)arg, marker = i * 1001;
    tids[i] = sc_tid();
    atomic_fetch_add(&started, 1);
    work[i]();
    CHECK(tids[i] == sc_tid() && marker == i * 1001, "thread %d is not itself", i);
    return (void *)(intptr_t)(i + 100);
}

int main(int argc, char **argv)
{
    static const long expected[8] = {-1, SYS_clock_nanosleep, SYS_futex, SYS_futex,
                                     SYS_poll, SYS_pause, SYS_read, SYS_clock_nanosleep};
    pthread_t t[8];
    sc_init(argc, argv);
    struct sigaction sa = {.sa_handler = wake};
    SYS(sigaction(SIGUSR1, &sa, NULL));
    SYS(pipe(pipe_read));
    SYS(pipe(pipe_poll));
    for (int i = 0; i < 8; i++)
        t[i] = sc_thread(body, (void *)(intptr_t)i);
    while (atomic_load(&started) < 8)
        sc_sleep_ns(MSEC);
    for (int i = 0; i < 8; i++)
        if (expected[i] >= 0)
            sc_await_syscall(tids[i], expected[i]);

    sc_snapshot();
    sc_ready();
    sc_wait();
    sc_compare();
    for (int i = 2; i < 8; i++)
        sc_await_syscall(tids[i], expected[i]);
    uint64_t s = spins;
    while (spins == s)
        sc_sleep_ns(MSEC);
    sc_release();

    __atomic_store_n(&word, 1, __ATOMIC_SEQ_CST);
    CHECK(syscall(SYS_futex, &word, 1 /* FUTEX_WAKE */, 1, NULL, NULL, 0) >= 0, "futex wake");
    pthread_mutex_lock(&lock);
    cond_set = 1;
    pthread_cond_signal(&cond);
    pthread_mutex_unlock(&lock);
    SYS(write(pipe_poll[1], "p", 1));
    SYS(write(pipe_read[1], "r", 1));
    PT(pthread_kill(t[5], SIGUSR1));
    for (int i = 0; i < 7; i++) {
        void *r;
        PT(pthread_join(t[i], &r));
        CHECK((intptr_t)r == i + 100, "thread %d returned %ld", i, (long)(intptr_t)r);
    }
    return sc_finish();
}
