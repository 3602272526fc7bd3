/* signalfds: masks, signals of the process and of a thread that wait, through epoll, and a thread that waits to read. */
#include "selfcheck.h"
#include <sys/epoll.h>
#include <sys/signalfd.h>

static int waiting;
static pid_t reader_tid;

static sigset_t set_of(int a, int b)
{
    sigset_t s;
    sigemptyset(&s);
    if (a)
        sigaddset(&s, a);
    if (b)
        sigaddset(&s, b);
    return s;
}

/* The signal that is read, 0 when there is none. */
static int take(int fd, struct signalfd_siginfo *si)
{
    memset(si, 0, sizeof(*si));
    ssize_t n = read(fd, si, sizeof(*si));
    CHECK(n == sizeof(*si) || (n == -1 && errno == EAGAIN), "read: %s", strerror(errno));
    return n == sizeof(*si) ? (int)si->ssi_signo : 0;
}

static void *reader(void *arg)
{
    struct signalfd_siginfo si;
    reader_tid = sc_tid();
    CHECK(take(waiting, &si) == SIGUSR2 && si.ssi_pid == (uint32_t)getpid(), "the reader got %d", (int)si.ssi_signo);
    CHECK(atomic_load(&sc_released), "the reader returned early");
    return arg;
}

int main(int argc, char **argv)
{
    struct signalfd_siginfo si;
    struct epoll_event ev = {.events = EPOLLIN | EPOLLET, .data.u64 = 5};
    int rt = SIGRTMIN + 3;
    sigset_t blocked;
    sc_init(argc, argv);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    sigaddset(&blocked, SIGUSR2);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, rt);
    sigaddset(&blocked, SIGRTMAX);
    PT(pthread_sigmask(SIG_BLOCK, &blocked, NULL));
    sigset_t both = set_of(SIGUSR1, rt), term = set_of(SIGTERM, SIGRTMAX), none = set_of(0, 0), usr2 = set_of(SIGUSR2, 0);
    int queue = SYS(signalfd(-1, &both, SFD_NONBLOCK | SFD_CLOEXEC)), quiet = SYS(signalfd(-1, &term, SFD_NONBLOCK)),
        empty = SYS(signalfd(-1, &none, SFD_NONBLOCK)), twin = SYS(dup(quiet)), ep = SYS(epoll_create1(0));
    waiting = SYS(signalfd(-1, &usr2, 0));
    SYS(epoll_ctl(ep, EPOLL_CTL_ADD, queue, &ev));
    ev.data.u64 = 6;
    SYS(epoll_ctl(ep, EPOLL_CTL_ADD, twin, &ev));
    pthread_t t = sc_thread(reader, NULL);
    while (!*(volatile pid_t *)&reader_tid)
        sc_sleep_ns(MSEC);
    sc_await_syscall(reader_tid, SYS_read);
    SYS(sigqueue(getpid(), rt, (union sigval){.sival_int = 11}));
    SYS(sigqueue(getpid(), rt, (union sigval){.sival_int = 12}));
    SYS(syscall(SYS_tgkill, getpid(), sc_tid(), SIGUSR1));
    sc_snapshot();
    sc_ready();
    sc_wait();
    sc_compare();
    sc_await_syscall(reader_tid, SYS_read);
    CHECK(epoll_wait(ep, &ev, 1, 0) == 1 && ev.data.u64 == 5 && ev.events == EPOLLIN, "epoll, %d", (int)ev.data.u64);
    CHECK(take(queue, &si) == SIGUSR1 && si.ssi_code == SI_TKILL, "the thread's signal");
    CHECK(take(queue, &si) == rt && si.ssi_int == 11 && si.ssi_pid == (uint32_t)getpid(), "the first of the queue");
    CHECK(take(queue, &si) == rt && si.ssi_int == 12, "the second of the queue");
    CHECK(take(queue, &si) == 0 && take(quiet, &si) == 0 && take(empty, &si) == 0, "there are more");
    SYS(kill(getpid(), SIGTERM));
    SYS(kill(getpid(), SIGRTMAX));
    CHECK(epoll_wait(ep, &ev, 1, 0) == 1 && ev.data.u64 == 6, "epoll does not see a new signal");
    CHECK(take(twin, &si) == SIGTERM && take(quiet, &si) == SIGRTMAX, "the mask");
    /* The mask can be changed, as ever. */
    SYS(signalfd(empty, &term, 0));
    SYS(kill(getpid(), SIGTERM));
    CHECK(take(empty, &si) == SIGTERM, "a new mask");
    sc_release();
    SYS(kill(getpid(), SIGUSR2));
    PT(pthread_join(t, NULL));
    return sc_finish();
}
