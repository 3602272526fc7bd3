/* glibc's rseq registration: the area follows the CPU after go, in each thread; it is still registered. */
#include "selfcheck.h"
#include <sched.h>

#ifndef SYS_rseq
#define SYS_rseq 334
#endif
#define RSEQ_SIG_X86 0x53053053

struct area {
    uint32_t cpu_id_start, cpu_id;
    uint64_t rseq_cs;
    uint32_t flags, node_id, mm_cid, pad;
};

extern const ptrdiff_t __rseq_offset __attribute__((weak));
extern const unsigned int __rseq_size __attribute__((weak));

static struct area own __attribute__((aligned(32)));
static bool by_glibc;
static atomic_int up;

static struct area volatile *area(void)
{
    return by_glibc ? (struct area *)((char *)__builtin_thread_pointer() + __rseq_offset) : &own;
}

/* Moves over all allowed CPUs; the area must say the same as getcpu. */
static void follow(const char *who)
{
    cpu_set_t all, one;
    SYS(sched_getaffinity(0, sizeof(all), &all));
    for (int round = 0; round < 20; round++)
        for (int c = 0; c < CPU_SETSIZE; c++) {
            if (!CPU_ISSET(c, &all))
                continue;
            unsigned cpu = 0;
            CPU_ZERO(&one);
            CPU_SET(c, &one);
            SYS(sched_setaffinity(0, sizeof(one), &one));
            SYS(syscall(SYS_getcpu, &cpu, NULL, NULL));
            CHECK((int)cpu == c && area()->cpu_id == cpu && area()->cpu_id_start == cpu,
                  "%s: on CPU %d, getcpu %u, rseq cpu_id %u", who, c, cpu, area()->cpu_id);
        }
    SYS(sched_setaffinity(0, sizeof(all), &all));
    if (by_glibc)
        CHECK((unsigned)sched_getcpu() < CPU_SETSIZE, "sched_getcpu");
}

static void registered(const char *who)
{
    /* the same again is EBUSY when registered; a longer area is EINVAL; never 0 */
    long r = syscall(SYS_rseq, area(), 32, 0, RSEQ_SIG_X86);
    CHECK(r == -1 && (errno == EBUSY || errno == EINVAL), "%s: rseq is not registered", who);
}

static void *thread(void *arg)
{
    (void)arg;
    atomic_store(&up, 1);
    sc_await_release();
    follow("thread");
    registered("thread");
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t t = 0;
    sc_init(argc, argv);
    by_glibc = &__rseq_size && __rseq_size;
    by_glibc = by_glibc && (int)area()->cpu_id >= 0;
    if (!by_glibc) {
        struct area *a = &own;
        if (syscall(SYS_rseq, a, 32, 0, RSEQ_SIG_X86) < 0)
            sc_skip("rseq: %s", strerror(errno));
    } else {
        t = sc_thread(thread, NULL);
        while (!atomic_load(&up))
            sc_sleep_ns(MSEC);
    }
    sc_hold();
    follow("main");
    registered("main");
    if (by_glibc)
        PT(pthread_join(t, NULL));
    return sc_finish();
}
