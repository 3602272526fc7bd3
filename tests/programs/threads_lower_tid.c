/* A thread whose number is lower than that of the process, as when the kernel has begun again with low pids. */
#include "selfcheck.h"

static void *body(void *arg)
{
    pid_t tid = sc_tid();
    atomic_store((_Atomic pid_t *)arg, tid);
    sc_await_release();
    CHECK(sc_tid() == tid, "tid was %d is %d", tid, sc_tid());
    return arg;
}

int main(int argc, char **argv)
{
    _Atomic pid_t tid = 0;
    sc_init(argc, argv);
    pid_t pid = getpid();
    int last = open("/proc/sys/kernel/ns_last_pid", O_RDWR | O_CLOEXEC);
    if (last < 0)
        sc_skip("ns_last_pid: %s", strerror(errno));
    char before[32], lower[32];
    ssize_t len = SYS(read(last, before, sizeof(before)));
    snprintf(lower, sizeof(lower), "%d", pid / 2);
    if (pwrite(last, lower, strlen(lower), 0) < 0)
        sc_skip("ns_last_pid: %s", strerror(errno));
    pthread_t thread = sc_thread(body, (void *)&tid);
    SYS(pwrite(last, before, (size_t)len, 0)); /* others get the next number that they would have got */
    SYS(close(last));
    while (!atomic_load(&tid))
        sc_sleep_ns(MSEC);
    if (tid > pid)
        sc_skip("another took the low numbers: %d in %d", tid, pid);

    sc_hold();

    CHECK(getpid() == pid && sc_tid() == pid, "pid %d, tid %d", getpid(), sc_tid());
    PT(pthread_join(thread, NULL));
    return sc_finish();
}
