/* Threads that end after go: CLONE_CHILD_CLEARTID works (pthread_join returns), new threads can be made. */
#include "selfcheck.h"

#ifndef PR_GET_TID_ADDRESS
#define PR_GET_TID_ADDRESS 40
#endif
#define NR 6

static atomic_int up, gone;

static void *tid_address(void)
{
    void *p = NULL;
    prctl(PR_GET_TID_ADDRESS, &p, 0, 0, 0); /* EINVAL without CONFIG_CHECKPOINT_RESTORE: NULL twice */
    return p;
}

static void *body(void *arg)
{
    void *clear = tid_address();
    pid_t tid = sc_tid();
    atomic_fetch_add(&up, 1);
    sc_await_release();
    CHECK(tid_address() == clear, "clear_child_tid changed");
    CHECK(sc_tid() == tid, "tid was %d is %d", tid, sc_tid());
    atomic_fetch_add(&gone, 1);
    return (void *)((intptr_t)arg * 11);
}

int main(int argc, char **argv)
{
    pthread_t t[NR], detached;
    char nr[32];
    sc_init(argc, argv);
    void *clear = tid_address();
    for (intptr_t i = 0; i < NR; i++)
        t[i] = sc_thread(body, (void *)i);
    detached = sc_thread(body, NULL);
    PT(pthread_detach(detached));
    while (atomic_load(&up) < NR + 1)
        sc_sleep_ns(MSEC);

    sc_hold();

    CHECK(tid_address() == clear, "clear_child_tid of main changed");
    for (intptr_t i = 0; i < NR; i++) {
        void *r;
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += 20;
        PT(pthread_timedjoin_np(t[i], &r, &until));
        CHECK((intptr_t)r == i * 11, "thread %d returned %ld", (int)i, (long)(intptr_t)r);
    }
    int64_t end = sc_now() + 20 * NSEC;
    do {
        sc_sleep_ns(MSEC);
        sc_status_field("Threads", nr, sizeof(nr));
    } while (strcmp(nr, "1") && sc_now() < end);
    CHECK(!strcmp(nr, "1"), "%s threads are left", nr);
    for (intptr_t i = 0; i < 3; i++)
        t[i] = sc_thread(body, (void *)i);
    for (intptr_t i = 0; i < 3; i++)
        PT(pthread_join(t[i], NULL));
    CHECK(atomic_load(&gone) == NR + 4, "%d threads ended", atomic_load(&gone));
    return sc_finish();
}
