/* Control and status words of SSE and x87, different in two threads. */
#include "selfcheck.h"

struct words {
    uint32_t mxcsr;
    uint16_t cw, sw;
};

static atomic_int ready;

static struct words get(void)
{
    struct words w;
    __asm__ volatile("stmxcsr %0" : "=m"(w.mxcsr));
    __asm__ volatile("fnstcw %0" : "=m"(w.cw));
    __asm__ volatile("fnstsw %0" : "=m"(w.sw));
    return w;
}

static struct words set(uint32_t mxcsr, uint16_t cw)
{
    __asm__ volatile("fninit\nfldcw %0" : : "m"(cw));
    __asm__ volatile("fld1\nfldz\nfdivrp\nfstp %%st(0)" : : : "st"); /* sets ZE, masked */
    __asm__ volatile("ldmxcsr %0" : : "m"(mxcsr));
    struct words w = get();
    CHECK(w.mxcsr == mxcsr && w.cw == cw && (w.sw & 4), "control words were not taken");
    return w;
}

static void same(const char *who, struct words a)
{
    struct words b = get();
    CHECK(a.mxcsr == b.mxcsr, "%s mxcsr was %x is %x", who, a.mxcsr, b.mxcsr);
    CHECK(a.cw == b.cw, "%s x87 control word was %x is %x", who, a.cw, b.cw);
    CHECK(a.sw == b.sw, "%s x87 status word was %x is %x", who, a.sw, b.sw);
}

static void *other(void *arg)
{
    (void)arg;
    struct words w = set(0x1f80 | 0x2000 | 0x01, 0x0e7f); /* round down, IE is set */
    atomic_store(&ready, 1);
    sc_await_release();
    same("thread", w);
    return NULL;
}

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    pthread_t t = sc_thread(other, NULL);
    while (!atomic_load(&ready))
        sc_sleep_ns(MSEC);
    struct words w = set(0x1f80 | 0x4000 | 0x8000 | 0x40 | 0x22, 0x077f); /* up, FTZ, DAZ, PE DE */
    sc_hold();
    same("main", w);
    PT(pthread_join(t, NULL));
    return sc_finish();
}
