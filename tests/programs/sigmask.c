/* Signal masks that differ per thread, real-time signals and glibc's own two included. */
#include "selfcheck.h"

static const uint64_t masks[4] = {0x0000000000000a00ULL, 0x8000000000000000ULL,
                                  0xfffffffffffbfeffULL, 0x0000000180003000ULL};
static atomic_int up;
static pthread_t threads[4];
static volatile sig_atomic_t got;

static void handler(int sig)
{
    (void)sig;
    got++;
}

static uint64_t raw_mask(void)
{
    uint64_t m = 0;
    SYS(syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &m, 8UL));
    return m;
}

static void *body(void *arg)
{
    int i = (int)(intptr_t)arg;
    uint64_t unblockable = 1ULL << (SIGKILL - 1) | 1ULL << (SIGSTOP - 1);
    SYS(syscall(SYS_rt_sigprocmask, SIG_SETMASK, &masks[i], NULL, 8UL));
    atomic_fetch_add(&up, 1);
    if (i == 0) {
        while (atomic_load(&up) < 4)
            sc_sleep_ns(MSEC);
        sc_hold();
    } else {
        sc_await_release();
    }
    CHECK(raw_mask() == (masks[i] & ~unblockable), "mask of thread %d was %llx is %llx", i,
          (unsigned long long)masks[i], (unsigned long long)raw_mask());
    return NULL;
}

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    struct sigaction sa = {.sa_handler = handler};
    SYS(sigaction(SIGUSR1, &sa, NULL));
    for (intptr_t i = 1; i < 4; i++)
        threads[i] = sc_thread(body, (void *)i);
    body(NULL);
    for (int i = 1; i < 4; i++)
        PT(pthread_join(threads[i], NULL));
    /* mask 0xa00 blocks 10 and 12 (SIGUSR1 and SIGUSR2): pending now, delivered when unblocked */
    raise(SIGUSR1);
    CHECK(got == 0, "a blocked signal was delivered");
    uint64_t none = 0;
    SYS(syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, 8UL));
    CHECK(got == 1, "an unblocked signal was not delivered");
    return sc_finish();
}
