/*
 * Random actions, and signals that wait: for the process and for single threads, each with the value or the sender that
 * it was sent with. What may wait is blocked in every thread; a queue is taken out signal by signal at the end.
 */
#ifndef RANDOM_SIGNALS_H
#define RANDOM_SIGNALS_H
#include "random.h"

#define MAX_WAITING 16
#define KERNEL_NSIG 64

/* Those that are sent; SIGRTMAX wakes a thread and is no such. */
static const int sent[] = {SIGUSR1, SIGUSR2, SIGHUP, SIGPIPE, SIGWINCH, SIGURG, SIGIO, 34, 35, 40, 63};

struct waiting {
    int sig, code, value;
};
struct queue {
    int nr;
    struct waiting waiting[MAX_WAITING];
};
struct kernel_sigaction {
    void *handler;
    unsigned long flags;
    void *restorer;
    unsigned long mask;
};

static struct queue process_queue;
static struct kernel_sigaction actions[KERNEL_NSIG + 1];

static void on_signal(int sig)
{
    sc_fail("signal %d was delivered", sig);
}

static void on_siginfo(int sig, siginfo_t *info, void *context)
{
    (void)info;
    (void)context;
    sc_fail("signal %d was delivered", sig);
}

/* Blocks what is sent, and some more. */
static void random_mask(sigset_t *set)
{
    sigemptyset(set);
    for (int sig = 1; sig < KERNEL_NSIG; sig++)
        if (sig != SIGALRM && sig != SIGVTALRM && sig != SIGPROF && sig != 32 && sig != 33 && chance(20))
            sigaddset(set, sig);
    for (size_t i = 0; i < ARRAY_LEN(sent); i++)
        sigaddset(set, sent[i]);
}

static void random_action(int sig)
{
    static const int flags[] = {SA_RESTART, SA_NODEFER, SA_ONSTACK, SA_RESETHAND, SA_NOCLDSTOP};
    struct sigaction sa = {.sa_handler = on_signal};
    for (size_t i = 0; i < ARRAY_LEN(flags); i++)
        sa.sa_flags |= chance(30) ? flags[i] : 0;
    for (int other = 1; other < 32; other++)
        if (chance(10))
            sigaddset(&sa.sa_mask, other);
    switch (below(4)) {
    case 0:
        sa.sa_handler = SIG_IGN;
        break;
    case 1:
        sa.sa_handler = SIG_DFL;
        break;
    case 2:
        sa.sa_sigaction = on_siginfo;
        sa.sa_flags |= SA_SIGINFO;
    }
    SYS(sigaction(sig, &sa, NULL));
}

/* Sends one signal to the process (tid 0) or to a thread. A plain one that waits already is not queued again. */
static void send_signal(struct queue *q, pid_t tid)
{
    struct waiting w = {ONE_OF(sent), SI_QUEUE, (int)below(1u << 31)};
    bool plain = chance(30), twice = false;
    if (q->nr == MAX_WAITING)
        return;
    for (int i = 0; i < q->nr; i++)
        twice |= q->waiting[i].sig == w.sig;
    siginfo_t info = {.si_signo = w.sig, .si_code = SI_QUEUE};
    info.si_pid = getpid();
    info.si_value.sival_int = w.value;
    if (plain) {
        w.code = tid ? SI_TKILL : SI_USER;
        w.value = 0;
        SYS(tid ? (int)syscall(SYS_tgkill, getpid(), tid, w.sig) : kill(getpid(), w.sig));
    } else if (tid) {
        SYS(syscall(SYS_rt_tgsigqueueinfo, getpid(), tid, w.sig, &info));
    } else {
        SYS(syscall(SYS_rt_sigqueueinfo, getpid(), w.sig, &info));
    }
    if (!twice || w.sig >= 32)
        q->waiting[q->nr++] = w;
}

static void read_actions(struct kernel_sigaction *into)
{
    for (int sig = 1; sig <= KERNEL_NSIG; sig++)
        SYS(syscall(SYS_rt_sigaction, sig, NULL, &into[sig], 8UL));
}

/* Before any thread is there, which inherits the mask. */
static void signals_make(void)
{
    sigset_t set;
    random_mask(&set);
    SYS(sigprocmask(SIG_SETMASK, &set, NULL));
    for (int sig = 1; sig < KERNEL_NSIG; sig++)
        if (sig != SIGKILL && sig != SIGSTOP && sig != SIGCHLD && sig != SIGALRM && sig != SIGVTALRM &&
            sig != SIGPROF && sig != 32 && sig != 33 && chance(40))
            random_action(sig);
}

/* When all threads block what is sent. */
static void signals_send(void)
{
    for (uint64_t n = below(MAX_WAITING); n > 0; n--)
        send_signal(&process_queue, 0);
    read_actions(actions); /* with those that the C library has set for the first thread */
}

/* Takes the queue out; a thread's own signals come before the process's. */
static void check_queue(const struct queue *q, const char *whose)
{
    static const struct timespec now;
    for (int i = 0; i < q->nr; i++) {
        const struct waiting *w = &q->waiting[i];
        siginfo_t info;
        sigset_t one;
        sigemptyset(&one);
        sigaddset(&one, w->sig);
        /* the C library would call SI_TKILL SI_USER */
        int sig = (int)syscall(SYS_rt_sigtimedwait, &one, &info, &now, 8UL);
        CHECK(sig == w->sig, "signal %d does not wait for %s: %s", w->sig, whose, strerror(errno));
        CHECK(info.si_code == w->code && info.si_pid == getpid() && info.si_uid == getuid(),
              "signal %d of %s: code %d, not %d; pid %d, uid %d", sig, whose, info.si_code, w->code,
              (int)info.si_pid, (int)info.si_uid);
        CHECK(w->code != SI_QUEUE || info.si_value.sival_int == w->value, "signal %d: value %d, not %d", sig,
              info.si_value.sival_int, w->value);
    }
}

/* After the threads have taken theirs. */
static void signals_check(void)
{
    static struct kernel_sigaction now[KERNEL_NSIG + 1];
    sigset_t left;
    read_actions(now);
    for (int sig = 1; sig <= KERNEL_NSIG; sig++)
        CHECK(!memcmp(&now[sig], &actions[sig], sizeof(now[sig])), "action of %d: %p flags %lx, is %p %lx", sig,
              actions[sig].handler, actions[sig].flags, now[sig].handler, now[sig].flags);
    check_queue(&process_queue, "the process");
    SYS(sigpending(&left));
    for (int sig = 1; sig < KERNEL_NSIG; sig++)
        CHECK(!sigismember(&left, sig), "signal %d waits and was not sent", sig);
}
#endif
