/*
 * A thread that, when STATUS.block exists, waits inside vfork and cannot be stopped, until STATUS.go exists. The new
 * process is our sibling: no list of children tells of it.
 */
#include "../selfcheck.h"
#include <sched.h>

static char stack[65536] __attribute__((aligned(16)));
static atomic_int back;

static int sibling(void *arg)
{
    (void)arg;
    while (!sc_go())
        sc_slept_ns(5 * MSEC);
    _exit(0);
}

static void *blocked(void *arg)
{
    char path[PATH_MAX];
    (void)arg;
    sc_path(path, ".block");
    while (access(path, F_OK) != 0)
        sc_slept_ns(MSEC);
    SYS(clone(sibling, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | CLONE_PARENT | SIGCHLD, NULL));
    atomic_store(&back, 1);
    return NULL;
}

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    pthread_t t = sc_thread(blocked, NULL);
    sc_ready();
    sc_wait();
    PT(pthread_join(t, NULL));
    CHECK(atomic_load(&back), "the thread did not come back");
    return sc_finish();
}
