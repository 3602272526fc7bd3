/*
 * A child that was made with SIGUSR1 as its exit signal, and checks itself. Its parent, the program that was started,
 * waits for it and says "signalled" when that signal told it of the child's end, then "parent ok".
 */
#include "selfcheck.h"
#include <sys/wait.h>

static int child(void)
{
    SYS(setsid());
    sc_hold();
    return sc_finish();
}

int main(int argc, char **argv)
{
    sigset_t usr1;
    struct timespec none = {0, 0};
    int status;
    sc_init(argc, argv);
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    SYS(sigprocmask(SIG_BLOCK, &usr1, NULL));
    pid_t pid = (pid_t)SYS(syscall(SYS_clone, SIGUSR1, 0, 0, 0, 0));
    if (pid == 0)
        return child();
    SYS(waitpid(pid, &status, __WALL));
    CHECK(sigtimedwait(&usr1, NULL, &none) == SIGUSR1, "its end was not told by SIGUSR1");
    sc_note("signalled");
    CHECK(WIFSIGNALED(status) ? WTERMSIG(status) == SIGKILL : WEXITSTATUS(status) == 0, "status %x", status);
    sc_note("parent ok");
    return 0;
}
