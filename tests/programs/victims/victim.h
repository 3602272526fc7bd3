/*
 * Victims run and check themselves all the time until STATUS.go exists, while a checkpointer is killed over them.
 *
 *   STATUS.ping   is removed, and "pong N" appended to STATUS: N is the number of SIGUSR1 seen so far
 *   STATUS.go     last checks (vmas, descriptors, masks as at the start, TracerPid 0), then "ok"
 *
 * SIGUSR1 may be sent to the process or to any thread. A call that it ended with EINTR is told from a spurious EINTR by
 * v_signals, which counts the signals of the calling thread.
 */
#ifndef VICTIM_H
#define VICTIM_H
#include "selfcheck.h"
#include <poll.h>
#include <sys/select.h>

static atomic_uint v_total;
static __thread volatile unsigned v_signals;
static atomic_int v_stop;

static inline void v_handler(int sig)
{
    (void)sig;
    v_signals = v_signals + 1;
    atomic_fetch_add(&v_total, 1);
}

static inline void v_init(int argc, char **argv, int flags)
{
    sc_init(argc, argv);
    /* SA_NODEFER: a thread that lingers in its handler shows the same mask as any other */
    struct sigaction sa = {.sa_handler = v_handler, .sa_flags = SA_RESTART | SA_NODEFER | flags};
    SYS(sigaction(SIGUSR1, &sa, NULL));
}

/* After all threads are up. */
static inline void v_ready(void)
{
    sc_snapshot();
    sc_ready();
}

/* To be called every few milliseconds by the main thread: answers pings; false when the end has come. */
static inline bool v_tick(void)
{
    static int64_t next;
    char path[PATH_MAX];
    if (sc_now() < next)
        return true;
    next = sc_now() + 2 * MSEC;
    if (access(sc_path(path, ".ping"), F_OK) == 0) {
        SYS(unlink(path));
        sc_note("pong %u", atomic_load(&v_total));
    }
    return !sc_go();
}

static inline void v_not_traced(void)
{
    char tracer[32];
    for (int i = 0; i < 1000; i++) { /* a killed tracer is still leaving */
        sc_status_field("TracerPid", tracer, sizeof(tracer));
        if (!strcmp(tracer, "0"))
            return;
        sc_slept_ns(2 * MSEC);
    }
    sc_fail("TracerPid is %s", tracer);
}

/* While all threads still run. The caller then joins them and returns sc_finish(). */
static inline void v_end(void)
{
    v_not_traced();
    sc_compare();
    atomic_store(&v_stop, 1);
}

/* One relative or absolute sleep: no EINTR without a signal, not shorter than asked, rem makes sense. */
static inline void v_nap(int64_t ns, bool absolute)
{
    unsigned before = v_signals;
    int64_t start = sc_now(), end = start + ns;
    struct timespec t = {ns / NSEC, ns % NSEC}, rem = {-1, -1};
    if (absolute)
        t = (struct timespec){end / NSEC, end % NSEC};
    int r = clock_nanosleep(CLOCK_MONOTONIC, absolute ? TIMER_ABSTIME : 0, &t, &rem);
    int64_t took = sc_now() - start;
    if (r == EINTR) {
        CHECK(v_signals != before, "nanosleep: spurious EINTR");
        /* NB: rem counts to the hard expiry, so it may exceed what was asked by the timer slack */
        CHECK(absolute || rem.tv_sec * NSEC + rem.tv_nsec <= ns + MSEC, "nanosleep: rem is too long");
        return;
    }
    CHECK(r == 0, "nanosleep: %s", strerror(r));
    CHECK(took >= ns, "nanosleep of %lld ns took %lld", (long long)ns, (long long)took);
}

/* One of poll, ppoll, select, pselect on an fd that may become readable; true when it is. */
static inline bool v_wait_fd(int how, int fd, int ms)
{
    unsigned before = v_signals;
    int64_t start = sc_now();
    struct pollfd p = {.fd = fd, .events = POLLIN};
    struct timespec ts = {ms / 1000, ms % 1000 * MSEC};
    struct timeval tv = {ms / 1000, ms % 1000 * 1000};
    fd_set set;
    FD_ZERO(&set);
    FD_SET(fd, &set);
    int r = how == 0   ? poll(&p, 1, ms)
            : how == 1 ? ppoll(&p, 1, &ts, NULL)
            : how == 2 ? select(fd + 1, &set, NULL, NULL, &tv)
                       : pselect(fd + 1, &set, NULL, NULL, &ts, NULL);
    if (r < 0) {
        CHECK(errno == EINTR && v_signals != before, "way %d: %s%s", how,
              errno == EINTR ? "spurious " : "", strerror(errno));
        return false;
    }
    if (r == 0)
        CHECK(sc_now() - start >= ms * MSEC, "way %d returned 0 early", how);
    return r == 1;
}

/* One FUTEX_WAIT with a time-out on a word that nobody wakes. */
static inline void v_futex_timeout(uint32_t *word, int64_t ns)
{
    unsigned before = v_signals;
    int64_t start = sc_now();
    struct timespec t = {ns / NSEC, ns % NSEC};
    long r = syscall(SYS_futex, word, 128, 0, &t, NULL, 0);
    if (r == -1 && errno == EINTR) {
        CHECK(v_signals != before, "futex: spurious EINTR");
        return;
    }
    CHECK(r == -1 && errno == ETIMEDOUT, "futex wait: %ld %s", r, strerror(errno));
    CHECK(sc_now() - start >= ns, "futex wait timed out early");
}

/* ---- registers ---- */

#define V8 "0,1,2,3,4,5,6,7"
#define V16 V8 ",8,9,10,11,12,13,14,15"
#define V32 V16 ",16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31"
#define V_EACH(LIST, BODY) ".irp i," LIST "\n" BODY "\n.endr\n"
#define V_VECTORS 2112 /* bytes: 32 zmm and 8 masks */
#define V_SIZE (V_VECTORS + 13 * 8)

/* NAME(in, out, spins): vector registers and all general ones but rcx and rsp live in a `loop`. */
#define V_HOLD(NAME, LOADS, STORES)                                                                \
    void NAME(const void *in, void *out, uint64_t spins);                                          \
    __asm__(".text\n.globl " #NAME "\n.type " #NAME ",@function\n" #NAME ":\n"                     \
            "push %rbx\npush %rbp\npush %r12\npush %r13\npush %r14\npush %r15\npush %rsi\n"        \
            "mov %rdx,%rcx\n" LOADS "add $2112,%rdi\n"                                             \
            "mov (%rdi),%rax\nmov 8(%rdi),%rbx\nmov 16(%rdi),%rdx\nmov 24(%rdi),%rsi\n"            \
            "mov 32(%rdi),%rbp\nmov 40(%rdi),%r8\nmov 48(%rdi),%r9\nmov 56(%rdi),%r10\n"           \
            "mov 64(%rdi),%r11\nmov 72(%rdi),%r12\nmov 80(%rdi),%r13\nmov 88(%rdi),%r14\n"         \
            "mov 96(%rdi),%r15\n"                                                                  \
            "1: loop 1b\n"                                                                         \
            "mov %rsi,%rcx\npop %rsi\n" STORES "add $2112,%rsi\n"                                  \
            "mov %rax,(%rsi)\nmov %rbx,8(%rsi)\nmov %rdx,16(%rsi)\nmov %rcx,24(%rsi)\n"            \
            "mov %rbp,32(%rsi)\nmov %r8,40(%rsi)\nmov %r9,48(%rsi)\nmov %r10,56(%rsi)\n"           \
            "mov %r11,64(%rsi)\nmov %r12,72(%rsi)\nmov %r13,80(%rsi)\nmov %r14,88(%rsi)\n"         \
            "mov %r15,96(%rsi)\n"                                                                  \
            "pop %r15\npop %r14\npop %r13\npop %r12\npop %rbp\npop %rbx\nret\n"                    \
            ".size " #NAME ",.-" #NAME "\n")

V_HOLD(v_hold_avx512,
       V_EACH(V32, "vmovdqu64 64*\\i(%rdi),%zmm\\i") V_EACH(V8, "kmovq 2048+8*\\i(%rdi),%k\\i"),
       V_EACH(V32, "vmovdqu64 %zmm\\i,64*\\i(%rsi)")
           V_EACH(V8, "kmovq %k\\i,2048+8*\\i(%rsi)") "vzeroupper\n");
V_HOLD(v_hold_sse, V_EACH(V16, "movdqu 16*\\i(%rdi),%xmm\\i"),
       V_EACH(V16, "movdqu %xmm\\i,16*\\i(%rsi)"));

/* One round of at least a tenth of a millisecond. */
static inline void v_registers(uint64_t round)
{
    static __thread uint8_t in[V_SIZE], out[V_SIZE];
    bool wide = __builtin_cpu_supports("avx512bw");
    size_t vectors = wide ? V_VECTORS : 256;
    sc_fill(in, sizeof(in), round + 1);
    (wide ? v_hold_avx512 : v_hold_sse)(in, out, 400000);
    for (size_t i = 0; i < V_SIZE; i++)
        CHECK(in[i] == out[i] || (i >= vectors && i < V_VECTORS),
              "register byte %zu was %02x is %02x", i, in[i], out[i]);
}
#endif
