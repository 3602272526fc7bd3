/* Stopped by SIGSTOP: it stays stopped until it is continued, and calls end as they would have without us. */
#include "selfcheck.h"
#include <poll.h>
#include <sys/epoll.h>
#include <sys/uio.h>
#include <sys/wait.h>

static atomic_long work;
static atomic_int continued, interrupted, slept, polled;
static atomic_int poller, waiter, sleeper;
static int quiet[2];

static void *count(void *arg)
{
    while (!atomic_load(&sc_released))
        atomic_fetch_add(&work, 1);
    return arg;
}

static void *epoll(void *arg)
{
    struct epoll_event e;
    int fd = SYS(epoll_create1(EPOLL_CLOEXEC));
    atomic_store(&waiter, sc_tid());
    /* signal(7): this call fails with EINTR when a stopped process is continued */
    CHECK(epoll_wait(fd, &e, 1, -1) == -1 && errno == EINTR, "epoll_wait was not interrupted");
    atomic_store(&interrupted, 1);
    sc_await_release();
    return arg;
}

static void *wait_for_data(void *arg)
{
    struct pollfd p = {.fd = quiet[0], .events = POLLIN};
    atomic_store(&poller, sc_tid());
    CHECK(poll(&p, 1, 600000) == 1, "poll: %s", strerror(errno));
    atomic_store(&polled, 1);
    sc_await_release();
    return arg;
}

static void *sleep_long(void *arg)
{
    int64_t start = sc_now();
    atomic_store(&sleeper, sc_tid());
    sc_sleep_ns(1 * NSEC);
    CHECK(sc_now() - start >= 1 * NSEC, "woke too early");
    atomic_store(&slept, 1);
    sc_await_release();
    return arg;
}

static void on_cont(int signal)
{
    (void)signal;
    atomic_fetch_add(&continued, 1);
}

static char state_of(const char *path)
{
    char text[1024];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
    if (fd >= 0)
        close(fd);
    if (n <= 0)
        return 'X';
    text[n] = 0;
    return strrchr(text, ')')[2];
}

static bool is_stopped(pid_t target)
{
    char path[64];
    static const char *const files[] = {"/proc/%d/stat", "/proc/%d/task/%d/stat"};
    snprintf(path, sizeof(path), files[0], (int)target);
    bool stopped = state_of(path) == 'T';
    int tids[] = {atomic_load(&poller), atomic_load(&waiter), atomic_load(&sleeper)};
    for (size_t i = 0; i < ARRAY_LEN(tids); i++) {
        snprintf(path, sizeof(path), files[1], (int)target, tids[i]);
        stopped = stopped && state_of(path) == 'T';
    }
    return stopped;
}

static long work_of(pid_t target)
{
    long value = -1;
    struct iovec here = {&value, sizeof(value)}, there = {&work, sizeof(value)};
    return process_vm_readv(target, &here, 1, &there, 1, 0) == sizeof(value) ? value : -1;
}

/* Lives outside, for as long as there is a folder: says ready, and continues the program after go. */
static void continuer(pid_t target)
{
    char dir[PATH_MAX], go_on[PATH_MAX];
    sc_dir(dir);
    sc_path(go_on, ".continued");
    setsid();
    for (int fd = 0; fd < 64; fd++)
        close(fd);
    while (!is_stopped(target))
        sc_sleep_ns(5 * MSEC);
    long before = work_of(target);
    sc_ready();
    while (access(dir, F_OK) == 0) {
        if (sc_go() && access(go_on, F_OK) != 0 && is_stopped(target)) {
            if (work_of(target) != before)
                sc_note("FAIL: it worked while it was stopped");
            sc_append(".continued", "\n");
            kill(target, SIGCONT);
        }
        sc_sleep_ns(10 * MSEC);
    }
}

int main(int argc, char **argv)
{
    char go_on[PATH_MAX];
    pid_t target = getpid();
    struct sigaction sa = {.sa_handler = on_cont, .sa_flags = SA_RESTART};
    sigset_t cont, old;
    sc_init(argc, argv);
    SYS(sigaction(SIGCONT, &sa, NULL));
    SYS(pipe(quiet));
    /* the handler runs in the main thread */
    sigemptyset(&cont);
    sigaddset(&cont, SIGCONT);
    PT(pthread_sigmask(SIG_BLOCK, &cont, &old));
    sc_thread(count, NULL);
    sc_thread(epoll, NULL);
    sc_thread(wait_for_data, NULL);
    sc_thread(sleep_long, NULL);
    PT(pthread_sigmask(SIG_SETMASK, &old, NULL));
    /* each has left pthread_create, and the mask that it runs with, behind */
    while (!atomic_load(&work) || !atomic_load(&poller) || !atomic_load(&waiter) || !atomic_load(&sleeper))
        sc_sleep_ns(1 * MSEC);
    sc_await_syscall(atomic_load(&poller), SYS_poll);
    sc_await_syscall(atomic_load(&waiter), SYS_epoll_wait);
    pid_t middle = SYS(fork());
    if (middle == 0) {
        if (fork() == 0)
            continuer(target);
        _exit(0);
    }
    SYS(waitpid(middle, NULL, 0));
    sc_snapshot();
    SYS(raise(SIGSTOP));
    CHECK(access(sc_path(go_on, ".continued"), F_OK) == 0, "it ran on although nobody continued it");
    sc_compare();
    while (!atomic_load(&continued) || !atomic_load(&interrupted) || !atomic_load(&slept))
        sc_sleep_ns(5 * MSEC);
    CHECK(atomic_load(&continued) == 1, "SIGCONT came %d times", atomic_load(&continued));
    CHECK(!atomic_load(&polled), "poll returned");
    SYS(write(quiet[1], "x", 1));
    while (!atomic_load(&polled))
        sc_sleep_ns(5 * MSEC);
    sc_release();
    return sc_finish();
}
