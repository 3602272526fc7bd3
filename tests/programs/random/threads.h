/* Random threads: each with a name, a mask, an alternate stack, signals of its own, and something that it waits in. */
#ifndef RANDOM_THREADS_H
#define RANDOM_THREADS_H
#include "random.h"
#include "signals.h"
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>

#define MAX_THREADS 8
#define WAKE SIGRTMAX

static struct thread {
    pthread_t handle;
    pid_t tid;
    int kind;
    char name[16];
    sigset_t mask;
    stack_t stack;
    uint64_t local;
    struct queue queue;
    int pipe[2];
    atomic_int up;
} threads[MAX_THREADS];
static int nr_threads;
static uint32_t gate;
static __thread uint64_t local;
static const long calls[] = {SYS_clock_nanosleep, SYS_futex, SYS_read, SYS_poll, SYS_rt_sigtimedwait,
                             SYS_epoll_wait, SYS_pselect6, SYS_recvfrom};

static void wait_in_epoll(int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    int epoll = SYS(epoll_create1(EPOLL_CLOEXEC));
    SYS(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
    CHECK(epoll_wait(epoll, &event, 1, -1) == 1 && event.data.fd == fd, "epoll_wait: %s", strerror(errno));
    SYS(close(epoll));
}

static void wait_in(struct thread *t)
{
    char byte;
    struct pollfd p = {.fd = t->pipe[0], .events = POLLIN};
    fd_set set;
    sigset_t wake;
    sigemptyset(&wake);
    sigaddset(&wake, WAKE);
    switch (t->kind) {
    case 0:
        sc_await_release();
        break;
    case 1:
        while (__atomic_load_n(&gate, __ATOMIC_SEQ_CST) == 0)
            CHECK(syscall(SYS_futex, &gate, 128, 0, NULL, NULL, 0) == 0 || errno == EAGAIN, "futex: %s",
                  strerror(errno));
        break;
    case 2:
        CHECK(read(t->pipe[0], &byte, 1) == 1 && byte == 'w', "read: %s", strerror(errno));
        break;
    case 3:
        CHECK(poll(&p, 1, -1) == 1, "poll: %s", strerror(errno));
        break;
    case 5:
        wait_in_epoll(t->pipe[0]);
        break;
    case 6:
        FD_ZERO(&set);
        FD_SET(t->pipe[0], &set);
        CHECK(select(t->pipe[0] + 1, &set, NULL, NULL, NULL) == 1, "select: %s", strerror(errno));
        break;
    case 7:
        CHECK(recv(t->pipe[0], &byte, 1, 0) == 1 && byte == 'w', "recv: %s", strerror(errno));
        break;
    default:
        /* sigwaitinfo(2) ends with EINTR when a dump stops it; glibc's sigwait(3) goes on */
        CHECK(sigwait(&wake, &(int){0}) == 0, "sigwait");
    }
}

static void check_thread(struct thread *t)
{
    char name[16] = "";
    sigset_t mask;
    stack_t stack;
    SYS(prctl(PR_GET_NAME, name));
    CHECK(!strcmp(name, t->name), "thread %d is called %s, not %s", (int)t->tid, name, t->name);
    CHECK(sc_tid() == t->tid && local == t->local, "tid or thread-local storage of %d", (int)t->tid);
    PT(pthread_sigmask(SIG_SETMASK, NULL, &mask));
    for (int sig = 1; sig <= KERNEL_NSIG; sig++)
        CHECK(sigismember(&mask, sig) == sigismember(&t->mask, sig), "thread %d: signal %d", (int)t->tid, sig);
    SYS(sigaltstack(NULL, &stack));
    CHECK(stack.ss_sp == t->stack.ss_sp && stack.ss_size == t->stack.ss_size &&
              stack.ss_flags == t->stack.ss_flags,
          "alternate stack of thread %d", (int)t->tid);
    check_queue(&t->queue, "a thread");
}

static void *body(void *arg)
{
    struct thread *t = arg;
    static uint8_t stacks[MAX_THREADS][65536];
    t->tid = sc_tid();
    local = t->local;
    SYS(prctl(PR_SET_NAME, t->name));
    if (t->stack.ss_size) {
        t->stack.ss_sp = stacks[t - threads];
        SYS(sigaltstack(&t->stack, NULL));
    }
    SYS(sigaltstack(NULL, &t->stack));
    PT(pthread_sigmask(SIG_SETMASK, &t->mask, NULL));
    PT(pthread_sigmask(SIG_SETMASK, NULL, &t->mask));
    atomic_store(&t->up, 1);
    wait_in(t);
    check_thread(t);
    return NULL;
}

static void make_thread(void)
{
    struct thread *t = &threads[nr_threads++];
    t->kind = (int)below(ARRAY_LEN(calls));
    t->local = sc_rand(&random_state);
    snprintf(t->name, sizeof(t->name), "t%llx", (unsigned long long)below(1ULL << (1 + below(50))));
    random_mask(&t->mask);
    sigaddset(&t->mask, WAKE);
    t->stack.ss_size = chance(50) ? between(16384, 65536) : 0;
    t->stack.ss_flags = t->stack.ss_size && chance(30) ? (int)(1u << 31) /* SS_AUTODISARM */ : 0;
    /* of both kinds the second end is written to */
    SYS(calls[t->kind] == SYS_recvfrom ? socketpair(AF_UNIX, SOCK_STREAM, 0, t->pipe) : pipe(t->pipe));
    t->handle = sc_thread(body, t);
    while (!atomic_load(&t->up))
        sc_sleep_ns(MSEC / 10);
}

/* Waits until each is where it waits. */
static void threads_settle(void)
{
    for (int i = 0; i < nr_threads; i++)
        sc_await_syscall(threads[i].tid, calls[threads[i].kind]);
}

static void threads_make(void)
{
    for (uint64_t n = below(MAX_THREADS + 1); n > 0; n--)
        make_thread();
    for (int i = 0; i < nr_threads; i++)
        for (uint64_t n = below(6); n > 0; n--)
            send_signal(&threads[i].queue, threads[i].tid);
    threads_settle();
}

/* Wakes them all; each checks itself. */
static void threads_check(void)
{
    __atomic_store_n(&gate, 1, __ATOMIC_SEQ_CST);
    SYS(syscall(SYS_futex, &gate, 129, INT_MAX, NULL, NULL, 0));
    for (int i = 0; i < nr_threads; i++) {
        SYS(write(threads[i].pipe[1], "w", 1));
        if (calls[threads[i].kind] == SYS_rt_sigtimedwait)
            SYS(syscall(SYS_tgkill, getpid(), threads[i].tid, WAKE));
    }
    for (int i = 0; i < nr_threads; i++)
        PT(pthread_join(threads[i].handle, NULL));
}
#endif
