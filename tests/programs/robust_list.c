/* A robust mutex whose owner ends after go: EOWNERDEAD; the robust lists themselves are the same. */
#include "selfcheck.h"

static pthread_mutex_t robust, shared;
static atomic_int locked;
static pid_t owner;

struct list {
    void *head;
    size_t len;
};

static struct list list_of(pid_t tid)
{
    struct list l = {0};
    SYS(syscall(SYS_get_robust_list, tid, &l.head, &l.len));
    return l;
}

static void *holder(void *arg)
{
    (void)arg;
    owner = sc_tid();
    PT(pthread_mutex_lock(&robust));
    PT(pthread_mutex_lock(&shared));
    atomic_store(&locked, 1);
    sc_await_release();
    return NULL; /* with both locked */
}

static void make(pthread_mutex_t *m, int pshared)
{
    pthread_mutexattr_t a;
    PT(pthread_mutexattr_init(&a));
    PT(pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST));
    PT(pthread_mutexattr_setpshared(&a, pshared));
    PT(pthread_mutex_init(m, &a));
}

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    make(&robust, PTHREAD_PROCESS_PRIVATE);
    make(&shared, PTHREAD_PROCESS_SHARED);
    pthread_t t = sc_thread(holder, NULL);
    while (!atomic_load(&locked))
        sc_sleep_ns(MSEC);
    struct list mine = list_of(0), its = list_of(owner);
    CHECK(mine.head && its.head && mine.head != its.head, "no robust lists");

    sc_snapshot();
    sc_ready();
    sc_wait();
    sc_compare();
    struct list mine2 = list_of(0), its2 = list_of(owner);
    CHECK(mine.head == mine2.head && mine.len == mine2.len, "robust list of main changed");
    CHECK(its.head == its2.head && its.len == its2.len, "robust list of the thread changed");
    CHECK(pthread_mutex_trylock(&robust) == EBUSY, "the mutex is not locked");
    sc_release();
    int r = pthread_mutex_lock(&robust);
    CHECK(r == EOWNERDEAD, "lock returned %s, not EOWNERDEAD", strerror(r));
    r = pthread_mutex_lock(&shared);
    CHECK(r == EOWNERDEAD, "shared lock returned %s, not EOWNERDEAD", strerror(r));
    PT(pthread_mutex_consistent(&robust));
    PT(pthread_mutex_unlock(&robust));
    PT(pthread_join(t, NULL));
    return sc_finish();
}
