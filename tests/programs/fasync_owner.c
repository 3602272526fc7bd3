/* Descriptors that send signals when they are ready: owner, signal, and which of the threads. */
#include "selfcheck.h"

static atomic_int tid, caught_by;

static void handler(int signal)
{
    (void)signal;
    atomic_store(&caught_by, sc_tid());
}

static void *receiver(void *arg)
{
    (void)arg;
    atomic_store(&tid, sc_tid());
    while (!atomic_load(&caught_by)) /* the signal may end a sleep */
        sc_slept_ns(MSEC);
    return NULL;
}

int main(int argc, char **argv)
{
    int rt[2], io[2], idle[2];
    sigset_t set;
    siginfo_t info;
    struct timespec patience = {60, 0};
    sc_init(argc, argv);
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN + 3);
    SYS(sigprocmask(SIG_BLOCK, &set, NULL));
    CHECK(signal(SIGIO, handler) != SIG_ERR, "signal");
    SYS(pipe(rt));
    SYS(pipe(io));
    SYS(pipe(idle));
    SYS(fcntl(rt[0], F_SETOWN, getpid()));
    SYS(fcntl(rt[0], F_SETSIG, SIGRTMIN + 3));
    SYS(fcntl(rt[0], F_SETFL, O_ASYNC | O_NONBLOCK));
    SYS(fcntl(idle[0], F_SETSIG, SIGUSR2)); /* neither owner nor O_ASYNC */
    pthread_t thread = sc_thread(receiver, NULL);
    while (!atomic_load(&tid))
        sc_sleep_ns(MSEC);
    struct f_owner_ex owner = {.type = F_OWNER_TID, .pid = atomic_load(&tid)}, now;
    SYS(fcntl(io[0], F_SETOWN_EX, &owner));
    SYS(fcntl(io[0], F_SETFL, O_ASYNC));

    sc_hold();

    SYS(fcntl(rt[0], F_GETOWN_EX, &now));
    CHECK(now.type == F_OWNER_PID && now.pid == getpid(), "owner %d %d", now.type, now.pid);
    SYS(fcntl(io[0], F_GETOWN_EX, &now));
    CHECK(now.type == F_OWNER_TID && now.pid == owner.pid, "owner %d %d", now.type, now.pid);
    CHECK(fcntl(rt[0], F_GETSIG) == SIGRTMIN + 3 && fcntl(io[0], F_GETSIG) == 0 &&
          fcntl(idle[0], F_GETSIG) == SIGUSR2 && fcntl(idle[0], F_GETOWN) == 0, "signals");
    CHECK((fcntl(rt[0], F_GETFL) & (O_ASYNC | O_NONBLOCK)) == (O_ASYNC | O_NONBLOCK), "flags");
    SYS(write(rt[1], "x", 1));
    CHECK(sigtimedwait(&set, &info, &patience) == SIGRTMIN + 3, "no signal of the pipe");
    CHECK(info.si_fd == rt[0] && info.si_code == POLL_IN, "fd %d, code %d", info.si_fd, info.si_code);
    SYS(write(io[1], "x", 1));
    PT(pthread_join(thread, NULL));
    CHECK(atomic_load(&caught_by) == owner.pid, "thread %d caught it", atomic_load(&caught_by));
    return sc_finish();
}
