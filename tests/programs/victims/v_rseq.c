/*
 * Three threads add to per-CPU counters in hand-written restartable sequences: load, dawdle, store. An interruption
 * that does not abort the sequence loses an addition, so the sum must be exact.
 */
#include "victim.h"

#ifndef SYS_rseq
#define SYS_rseq 334
#endif
#define SIG 0x53053053
#define NR 3

struct area {
    uint32_t cpu_id_start, cpu_id;
    uint64_t rseq_cs;
    uint32_t flags, node_id, mm_cid, pad;
};

extern const ptrdiff_t __rseq_offset __attribute__((weak));
extern const unsigned int __rseq_size __attribute__((weak));

static uint64_t counters[4096][16]; /* one cache line pair per CPU */
static uint64_t added[NR], aborted[NR];
static atomic_int up;
static __thread struct area own __attribute__((aligned(32)));

static struct area *area(void)
{
    const unsigned *size = &__rseq_size;
    if (size && *size) {
        struct area *a = (struct area *)((char *)__builtin_thread_pointer() + __rseq_offset);
        if ((int32_t)a->cpu_id >= 0)
            return a;
    }
    if (syscall(SYS_rseq, &own, 32, 0, SIG) < 0 && errno != EBUSY)
        sc_skip("rseq: %s", strerror(errno));
    return &own;
}

/* True when the addition was committed, false when it was aborted. */
static __attribute__((noinline)) bool add_one(struct area *a)
{
    uint64_t done;
    __asm__ volatile(".pushsection .data.rseq_cs,\"aw\"\n.balign 32\n"
                     "3: .long 0,0\n.quad 1f,2f-1f,4f\n.popsection\n"
                     "lea 3b(%%rip),%%rax\nmov %%rax,8(%[area])\n"
                     "1: mov 4(%[area]),%%eax\n"
                     "shl $7,%%rax\nadd %[counters],%%rax\n"
                     "mov (%%rax),%%rdx\ninc %%rdx\n"
                     "mov $300,%%ecx\n"
                     "6: dec %%ecx\njnz 6b\n"
                     "mov %%rdx,(%%rax)\n"
                     "2: mov $1,%[done]\njmp 5f\n"
                     ".byte 0x0f,0xb9,0x3d\n.long 0x53053053\n"
                     "4: xor %k[done],%k[done]\n"
                     "5:\n"
                     : [done] "=&r"(done)
                     : [area] "r"(a), [counters] "r"(counters)
                     : "rax", "rcx", "rdx", "memory", "cc");
    return done;
}

static void batch(int i, struct area *a)
{
    for (int k = 0; k < 1000; k++) {
        if (add_one(a))
            added[i]++;
        else
            aborted[i]++;
    }
    volatile struct area *v = a;
    CHECK(v->cpu_id < 4096 && v->flags == 0, "rseq area: cpu_id %u flags %u", v->cpu_id, v->flags);
    v->rseq_cs = 0;
}

/* cpu_id must follow us: in a quiet moment it equals getcpu. */
static void follow(struct area *a)
{
    for (int i = 0; i < 1000; i++) {
        unsigned cpu = 0, before = ((volatile struct area *)a)->cpu_id;
        SYS(syscall(SYS_getcpu, &cpu, NULL, NULL));
        if (before == cpu && ((volatile struct area *)a)->cpu_id == cpu)
            return;
    }
    sc_fail("rseq cpu_id never equals getcpu");
}

static void *body(void *arg)
{
    int i = (int)(intptr_t)arg;
    struct area *a = area();
    atomic_fetch_add(&up, 1);
    while (!atomic_load(&v_stop)) {
        batch(i, a);
        follow(a);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t t[NR];
    v_init(argc, argv, 0);
    struct area *a = area();
    for (intptr_t i = 1; i < NR; i++)
        t[i] = sc_thread(body, (void *)i);
    while (atomic_load(&up) < NR - 1)
        sc_sleep_ns(MSEC);
    batch(0, a);
    v_ready();
    while (v_tick()) {
        batch(0, a);
        follow(a);
    }
    v_end();
    uint64_t want = 0, got = 0, aborts = 0;
    for (int i = 1; i < NR; i++)
        PT(pthread_join(t[i], NULL));
    for (int i = 0; i < NR; i++) {
        want += added[i];
        aborts += aborted[i];
    }
    for (size_t i = 0; i < 4096; i++)
        got += counters[i][0];
    CHECK(want == got, "%llu additions were committed, the counters say %llu (%llu aborted)",
          (unsigned long long)want, (unsigned long long)got, (unsigned long long)aborts);
    return sc_finish();
}
