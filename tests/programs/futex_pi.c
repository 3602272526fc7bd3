/* A priority-inheritance mutex held by one thread while another waits for it. */
#include "selfcheck.h"

static pthread_mutex_t pi;
static pid_t waiter;
static int inside;

static void *wait(void *arg)
{
    (void)arg;
    waiter = sc_tid();
    PT(pthread_mutex_lock(&pi));
    CHECK(inside == 7, "the lock was got while it was held");
    inside = 8;
    PT(pthread_mutex_unlock(&pi));
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_mutexattr_t a;
    sc_init(argc, argv);
    PT(pthread_mutexattr_init(&a));
    PT(pthread_mutexattr_setprotocol(&a, PTHREAD_PRIO_INHERIT));
    PT(pthread_mutex_init(&pi, &a));
    PT(pthread_mutex_lock(&pi));
    pthread_t t = sc_thread(wait, NULL);
    while (!__atomic_load_n(&waiter, __ATOMIC_SEQ_CST))
        sc_sleep_ns(MSEC);
    sc_await_syscall(waiter, SYS_futex);
    sc_hold();
    sc_await_syscall(waiter, SYS_futex);
    inside = 7;
    PT(pthread_mutex_unlock(&pi));
    PT(pthread_join(t, NULL));
    CHECK(inside == 8, "the waiter did not get the lock");
    return sc_finish();
}
