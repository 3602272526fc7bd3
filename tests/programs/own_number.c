/* Its own number, where the C library, timers, files and pidfds have noted it: what is sent by it still comes. */
#include "selfcheck.h"
#include <sys/socket.h>
#include <sys/wait.h>

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif
#define SIG_TIMER (SIGRTMIN + 1)
#define SIG_FILE (SIGRTMIN + 2)
#define SIG_PIDFD (SIGRTMIN + 3)

static volatile sig_atomic_t seen[65];

static void on_signal(int sig)
{
    seen[sig]++;
}

static void await_signal(int sig, const char *what)
{
    for (int i = 0; !seen[sig]; i++) {
        CHECK(i < 5000, "no signal of %s", what);
        sc_slept_ns(1 * MSEC);
    }
}

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    int signals[] = {SIGUSR1, SIGUSR2, SIG_TIMER, SIG_FILE, SIG_PIDFD};
    struct sigaction sa = {.sa_handler = on_signal};
    for (size_t i = 0; i < ARRAY_LEN(signals); i++)
        SYS(sigaction(signals[i], &sa, NULL));

    /* raise(3) sends to the tid that was noted at the start. */
    CHECK(raise(SIGUSR1) == 0 && seen[SIGUSR1] == 1, "raise");
    pthread_mutexattr_t kind;
    pthread_mutex_t mutex;
    PT(pthread_mutexattr_init(&kind));
    PT(pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_ERRORCHECK));
    PT(pthread_mutex_init(&mutex, &kind));

    timer_t timer;
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIG_TIMER};
    event.sigev_notify_thread_id = sc_tid();
    SYS(timer_create(CLOCK_MONOTONIC, &event, &timer));

    int ends[2];
    SYS(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
    struct f_owner_ex owner = {.type = F_OWNER_TID, .pid = sc_tid()};
    SYS(fcntl(ends[0], F_SETOWN_EX, &owner));
    SYS(fcntl(ends[0], F_SETSIG, SIG_FILE));
    SYS(fcntl(ends[0], F_SETFL, O_ASYNC));
    int pidfd = (int)OFFER(syscall(SYS_pidfd_open, getpid(), 0));

    /* One waits, in the queue of the thread and of the process each. */
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR2);
    SYS(sigprocmask(SIG_BLOCK, &blocked, NULL));
    SYS(kill(getpid(), SIGUSR2));
    sc_hold();

    CHECK(raise(SIGUSR1) == 0 && seen[SIGUSR1] == 2, "raise after");
    CHECK(pthread_kill(pthread_self(), SIGUSR1) == 0 && seen[SIGUSR1] == 3, "pthread_kill after");
    PT(pthread_mutex_lock(&mutex));
    CHECK(pthread_mutex_lock(&mutex) == EDEADLK, "it has a mutex and does not know");
    PT(pthread_mutex_unlock(&mutex));
    SYS(sigprocmask(SIG_UNBLOCK, &blocked, NULL));
    CHECK(seen[SIGUSR2] == 1, "the signal that waited came %d times", (int)seen[SIGUSR2]);

    struct itimerspec soon = {.it_value = {.tv_nsec = 1000000}};
    SYS(timer_settime(timer, 0, &soon, NULL));
    await_signal(SIG_TIMER, "the timer");
    CHECK(write(ends[1], "x", 1) == 1, "write: %s", strerror(errno));
    await_signal(SIG_FILE, "the socket");
    SYS(syscall(SYS_pidfd_send_signal, pidfd, SIG_PIDFD, NULL, 0));
    await_signal(SIG_PIDFD, "the pidfd");

    pid_t child = SYS(fork());
    if (child == 0)
        _exit(raise(SIGUSR1) == 0 && seen[SIGUSR1] == 4 ? 5 : 6);
    int status;
    SYS(waitpid(child, &status, 0));
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 5, "child: status %x", status);
    return sc_finish();
}
