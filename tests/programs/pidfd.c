/* pidfds: of the task itself, of one of its threads, of a process that lives on (init); flags, poll, signals. */
#include "selfcheck.h"
#include <poll.h>

#define NR_PIDFD_SEND_SIGNAL 424
#define NR_PIDFD_OPEN 434
#define PIDFD_OF_THREAD O_EXCL

static atomic_int got, up;
static pid_t helper_tid;

static void on_usr1(int sig, siginfo_t *si, void *context)
{
    (void)sig;
    (void)context;
    atomic_store(&got, si->si_value.sival_int);
}

static void *helper(void *arg)
{
    helper_tid = sc_tid();
    atomic_store(&up, 1);
    sc_await_release();
    return arg;
}

static int pid_of(int fd)
{
    char path[64], text[1024];
    int pid = 0;
    snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
    sc_slurp(path, text, sizeof(text));
    CHECK(strstr(text, "\nPid:") && sscanf(strstr(text, "\nPid:"), "\nPid: %d", &pid) == 1, "fdinfo: %s", text);
    return pid;
}

static short ready(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    SYS(poll(&p, 1, 0));
    return p.revents;
}

int main(int argc, char **argv)
{
    struct sigaction sa = {.sa_sigaction = on_usr1, .sa_flags = SA_SIGINFO};
    sc_init(argc, argv);
    SYS(sigaction(SIGUSR1, &sa, NULL));
    /* Only this thread is to be disturbed by it. */
    sigset_t usr1;
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    PT(pthread_sigmask(SIG_BLOCK, &usr1, NULL));
    pthread_t t = sc_thread(helper, NULL);
    PT(pthread_sigmask(SIG_UNBLOCK, &usr1, NULL));
    while (!atomic_load(&up))
        sc_sleep_ns(MSEC);
    int self = SYS((int)syscall(NR_PIDFD_OPEN, getpid(), O_NONBLOCK)), twin = SYS(fcntl(self, F_DUPFD, 50)),
        init = SYS((int)syscall(NR_PIDFD_OPEN, 1, 0));
    /* Since Linux 6.9. */
    int thread = (int)syscall(NR_PIDFD_OPEN, helper_tid, PIDFD_OF_THREAD);
    CHECK(thread >= 0 || errno == EINVAL, "pidfd_open of a thread: %s", strerror(errno));
    sc_snapshot();
    sc_ready();
    sc_wait();
    sc_compare();
    CHECK(pid_of(self) == getpid() && pid_of(twin) == getpid() && pid_of(init) == 1, "whose they are");
    CHECK(ready(self) == 0 && ready(init) == 0, "poll says that they have ended");
    siginfo_t si = {.si_signo = SIGUSR1, .si_code = SI_QUEUE, .si_value.sival_int = 4711};
    si.si_pid = getpid();
    si.si_uid = getuid();
    SYS(syscall(NR_PIDFD_SEND_SIGNAL, twin, SIGUSR1, &si, 0));
    CHECK(atomic_load(&got) == 4711, "the signal carries %d", atomic_load(&got));
    if (thread >= 0)
        CHECK(pid_of(thread) == helper_tid && ready(thread) == 0, "the thread's");
    sc_release();
    PT(pthread_join(t, NULL));
    if (thread >= 0) {
        struct pollfd p = {.fd = thread, .events = POLLIN};
        while (SYS(poll(&p, 1, 1000)) == 0)
            ;
        CHECK(p.revents & POLLIN, "the thread's end, %x", (unsigned)p.revents);
    }
    return sc_finish();
}
