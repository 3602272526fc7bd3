/*
 * One of many copies that run at once. Until there is STATUS.go, two threads see again and again that their numbers are
 * those of the start, by system calls and in /proc, and that a child finds its parent and is waited for. Each copy tells
 * its end in a line to descriptor 1. Where the parent is outside of its pid namespace, an orphan gets the init for
 * parent, and one child is left behind when it ends.
 *
 *   SIGTERM, SIGINT   "signal N"; exit status 40 + N
 *   STATUS.go         "ok PID"; exit status 7
 */
#include "selfcheck.h"
#include <sys/wait.h>

static pid_t self, other;
static volatile sig_atomic_t caught;

static void on_signal(int sig)
{
    caught = sig;
}

static void check_proc(pid_t tid)
{
    char link[64], path[64], wanted[64];
    ssize_t n = SYS(readlink("/proc/thread-self", link, sizeof(link) - 1));
    link[n] = 0;
    snprintf(wanted, sizeof(wanted), "%d/task/%d", (int)getpid(), (int)tid);
    CHECK(strcmp(link, wanted) == 0, "/proc/thread-self is %s, not %s", link, wanted);
    snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", (int)self, (int)other);
    SYS(access(path, R_OK));
}

static void check_self(pid_t tid)
{
    CHECK(getpid() == self, "pid %d, not %d", (int)getpid(), (int)self);
    CHECK(sc_tid() == tid, "tid %d, not %d", (int)sc_tid(), (int)tid);
    check_proc(tid);
    SYS(syscall(SYS_tgkill, self, other, 0));
}

static int wait_for(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) < 0)
        CHECK(errno == EINTR, "waitpid: %s", strerror(errno));
    return status;
}

static void check_child(void)
{
    pid_t child = SYS(fork());
    if (child == 0)
        _exit(getppid() == self && kill(getppid(), 0) == 0 ? 5 : 6);
    int status = wait_for(child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 5, "child: status %x", status);
}

/* Its parent ends, and whoever is its parent then waits for it. */
static void check_orphan(void)
{
    int ends[2];
    pid_t orphan, parent;
    SYS(pipe2(ends, O_CLOEXEC));
    pid_t child = SYS(fork());
    if (child == 0) {
        pid_t middle = getpid();
        if (fork() == 0) {
            while (getppid() == middle)
                sc_slept_ns(1 * MSEC);
            pid_t found[2] = {getpid(), getppid()};
            _exit(write(ends[1], found, sizeof(found)) == sizeof(found) ? 0 : 1);
        }
        _exit(0);
    }
    wait_for(child);
    close(ends[1]);
    pid_t found[2];
    ssize_t n;
    while ((n = read(ends[0], found, sizeof(found))) < 0)
        CHECK(errno == EINTR, "read: %s", strerror(errno));
    CHECK(n == sizeof(found), "the orphan said %zd bytes", n);
    close(ends[0]);
    orphan = found[0];
    parent = found[1];
    CHECK(parent == 1, "the orphan's parent is %d", (int)parent);
    for (int i = 0; kill(orphan, 0) == 0; i++) {
        CHECK(i < 5000, "nobody waits for the orphan");
        sc_slept_ns(1 * MSEC);
    }
}

static void *second(void *arg)
{
    other = sc_tid();
    while (!atomic_load(&sc_released)) {
        check_self(other);
        sc_slept_ns(2 * MSEC);
    }
    return arg;
}

static void tell(const char *format, int number)
{
    char line[64];
    int n = snprintf(line, sizeof(line), format, number);
    CHECK(write(1, line, (size_t)n) == n, "write: %s", strerror(errno));
}

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    self = getpid();
    struct sigaction sa = {.sa_handler = on_signal};
    SYS(sigaction(SIGTERM, &sa, NULL));
    SYS(sigaction(SIGINT, &sa, NULL));
    pthread_t thread = sc_thread(second, NULL);
    while (*(volatile pid_t *)&other == 0)
        sc_slept_ns(1 * MSEC);
    sc_ready();
    while (!sc_go() && !caught) {
        check_self(self);
        sc_slept_ns(2 * MSEC);
    }
    check_child();
    if (getppid() == 0) {
        check_orphan();
        if (SYS(fork()) == 0)
            while (1)
                pause();
    }
    sc_release();
    PT(pthread_join(thread, NULL));
    if (caught) {
        tell("signal %d\n", caught);
        return 40 + caught;
    }
    tell("ok %d\n", (int)self);
    return 7;
}
