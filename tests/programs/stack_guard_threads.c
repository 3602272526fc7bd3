/* Thread stacks keep their guard: touching it faults at the right address, touching the stack does not. */
#include "selfcheck.h"
#include <setjmp.h>

static atomic_int up;
static __thread sigjmp_buf back;
static __thread void *volatile fault;

static void segv(int sig, siginfo_t *si, void *uc)
{
    (void)sig;
    (void)uc;
    fault = si->si_addr;
    siglongjmp(back, 1);
}

static bool faults(volatile char *p, bool write)
{
    fault = NULL;
    if (sigsetjmp(back, 1) == 0) {
        if (write)
            *p = 1;
        else
            (void)*p;
        return false;
    }
    CHECK(fault == p, "fault at %p, not at %p", fault, (void *)p);
    return true;
}

static void *body(void *arg)
{
    size_t guard = (size_t)arg, size;
    void *low;
    pthread_attr_t a;
    char alt[16384];
    stack_t ss = {.ss_sp = alt, .ss_size = sizeof(alt)};
    SYS(sigaltstack(&ss, NULL));
    PT(pthread_getattr_np(pthread_self(), &a));
    PT(pthread_attr_getstack(&a, &low, &size));
    PT(pthread_attr_destroy(&a));
    char *stack = low;
    sc_fill(stack + 4096, 8192, guard);
    atomic_fetch_add(&up, 1);
    sc_await_release();
    CHECK(sc_verify(stack + 4096, 8192, guard) < 0, "low end of the stack");
    CHECK(faults(stack - 1, false), "guard of %zu can be read at its top", guard);
    CHECK(faults(stack - (long)guard, true), "guard of %zu can be written at its bottom", guard);
    CHECK(!faults(stack, true) && !faults(stack + 4096, true), "the stack itself faults");
    ss.ss_flags = SS_DISABLE;
    SYS(sigaltstack(&ss, NULL));
    return NULL;
}

int main(int argc, char **argv)
{
    static const size_t guards[2] = {4096, 65536};
    pthread_t t[2];
    sc_init(argc, argv);
    struct sigaction sa = {.sa_flags = SA_SIGINFO | SA_ONSTACK};
    sa.sa_sigaction = segv;
    SYS(sigaction(SIGSEGV, &sa, NULL));
    for (int i = 0; i < 2; i++) {
        pthread_attr_t a;
        PT(pthread_attr_init(&a));
        PT(pthread_attr_setguardsize(&a, guards[i]));
        PT(pthread_attr_setstacksize(&a, 256 << 10));
        PT(pthread_create(&t[i], &a, body, (void *)guards[i]));
    }
    while (atomic_load(&up) < 2)
        sc_sleep_ns(MSEC);
    sc_hold();
    for (int i = 0; i < 2; i++)
        PT(pthread_join(t[i], NULL));
    return sc_finish();
}
