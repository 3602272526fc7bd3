/* Threads that wait for locks go on waiting, and get them when they are released. */
#include "selfcheck.h"
#include <sys/file.h>

static atomic_int tids[2], got[2];

static int data(const char *suffix)
{
    char path[PATH_MAX];
    return SYS(open(sc_path(path, suffix), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
}

static void *wait_flock(void *arg)
{
    (void)arg;
    int fd = data(".flock");
    atomic_store(&tids[0], sc_tid());
    SYS(flock(fd, LOCK_EX));
    atomic_store(&got[0], 1);
    return NULL;
}

static void *wait_range(void *arg)
{
    (void)arg;
    int fd = data(".range");
    struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 5, .l_len = 5};
    atomic_store(&tids[1], sc_tid());
    SYS(fcntl(fd, F_OFD_SETLKW, &l));
    atomic_store(&got[1], 1);
    return NULL;
}

static void await(atomic_int *value)
{
    while (!atomic_load(value))
        sc_sleep_ns(MSEC);
}

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    int whole = data(".flock"), range = data(".range");
    struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 0};
    SYS(flock(whole, LOCK_EX));
    SYS(fcntl(range, F_SETLK, &l));
    pthread_t a = sc_thread(wait_flock, NULL), b = sc_thread(wait_range, NULL);
    await(&tids[0]);
    await(&tids[1]);
    sc_await_syscall(atomic_load(&tids[0]), SYS_flock);
    sc_await_syscall(atomic_load(&tids[1]), SYS_fcntl);
    sc_hold();
    CHECK(!atomic_load(&got[0]) && !atomic_load(&got[1]), "a lock was got that was not free");
    sc_await_syscall(atomic_load(&tids[0]), SYS_flock);
    sc_await_syscall(atomic_load(&tids[1]), SYS_fcntl);
    SYS(flock(whole, LOCK_UN));
    await(&got[0]);
    CHECK(!atomic_load(&got[1]), "the range was got");
    l.l_type = F_UNLCK;
    SYS(fcntl(range, F_SETLK, &l));
    PT(pthread_join(a, NULL));
    PT(pthread_join(b, NULL));
    CHECK(atomic_load(&got[1]), "no range");
    return sc_finish();
}
