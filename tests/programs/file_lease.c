/* Leases: their kind, whom they tell by which signal, and that whoever breaks one waits until it is given up. */
#include "selfcheck.h"
#include <sys/wait.h>

static int data(const char *suffix, int flags)
{
    char path[PATH_MAX];
    return SYS(open(sc_path(path, suffix), flags | O_CREAT | O_CLOEXEC, 0600));
}

static void broken(const char *suffix, int fd, int flags, int signal, int lease)
{
    sigset_t set;
    siginfo_t info;
    int status;
    char path[PATH_MAX];
    struct timespec patience = {60, 0};
    sigemptyset(&set);
    sigaddset(&set, signal);
    CHECK(fcntl(fd, F_GETLEASE) == lease, "%s: lease %d", suffix, fcntl(fd, F_GETLEASE));
    CHECK(fcntl(fd, F_GETSIG) == signal && fcntl(fd, F_GETOWN) == getpid(), "%s: whom it tells", suffix);
    pid_t child = SYS(fork());
    if (child == 0) {
        close(fd); /* or we would hold the lease that we break */
        close(SYS(open(sc_path(path, suffix), flags)));
        _exit(0);
    }
    CHECK(sigtimedwait(&set, &info, &patience) == signal, "%s: no signal", suffix);
    CHECK(info.si_fd == fd, "%s: signal for fd %d, not %d", suffix, info.si_fd, fd);
    SYS(fcntl(fd, F_SETLEASE, F_UNLCK));
    SYS(waitpid(child, &status, 0));
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s: child's status %x", suffix, status);
}

int main(int argc, char **argv)
{
    sigset_t set;
    sc_init(argc, argv);
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN + 1);
    sigaddset(&set, SIGRTMIN + 2);
    SYS(sigprocmask(SIG_BLOCK, &set, NULL));
    close(data(".read", O_RDWR));
    int rd = data(".read", O_RDONLY), wr = data(".write", O_RDWR);
    if (fcntl(rd, F_SETLEASE, F_RDLCK) < 0)
        sc_skip("F_SETLEASE: %s", strerror(errno));
    SYS(fcntl(rd, F_SETSIG, SIGRTMIN + 1));
    SYS(fcntl(wr, F_SETLEASE, F_WRLCK));
    SYS(fcntl(wr, F_SETSIG, SIGRTMIN + 2));
    sc_hold();
    broken(".read", rd, O_WRONLY, SIGRTMIN + 1, F_RDLCK);
    broken(".write", wr, O_RDONLY, SIGRTMIN + 2, F_WRLCK);
    return sc_finish();
}
