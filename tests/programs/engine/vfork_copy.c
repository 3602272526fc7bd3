/*
 * Waits inside vfork and cannot be stopped until STATUS.go exists, and nothing shows it: the new process is our sibling
 * and shares nothing with us.
 */
#include "../selfcheck.h"
#include <sched.h>

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    sc_ready();
    pid_t self = getpid();
    long child = SYS(syscall(SYS_clone, CLONE_VFORK | CLONE_PARENT | SIGCHLD, 0, 0, 0, 0));
    if (child == 0) {
        SYS(syscall(SYS_close_range, 0, ~0U, 0));
        while (!sc_go())
            sc_slept_ns(5 * MSEC);
        _exit(0);
    }
    CHECK(getpid() == self, "came back as somebody else");
    sc_wait();
    return sc_finish();
}
