/* At each SIGUSR1 writes one byte, and nothing else in all its memory, until SIGUSR2 comes. */
#include "../selfcheck.h"
#include <sched.h>

#define NR_PAGES 16

int main(int argc, char **argv)
{
    sigset_t set;
    cpu_set_t cpu;
    sc_init(argc, argv);
    /* NB: on another CPU the kernel writes that one's number into the rseq area */
    CPU_ZERO(&cpu);
    CPU_SET(SYS(sched_getcpu()), &cpu);
    SYS(sched_setaffinity(0, sizeof(cpu), &cpu));
    volatile uint8_t *p = SYS(mmap(NULL, NR_PAGES * SC_PAGE, PROT_READ | PROT_WRITE,
                                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    sc_fill((void *)p, NR_PAGES * SC_PAGE, 7);
    volatile uint8_t *byte = p + 5 * SC_PAGE + 99;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGUSR2);
    SYS(sigprocmask(SIG_BLOCK, &set, NULL));
    sc_note("page %lx", (unsigned long)p + 5 * SC_PAGE);
    sc_ready();
    for (;;) {
        /* NB: no call of a function, which might leave other bytes on the stack, nor a handler, which does */
        register long timeout __asm__("rdx") = 0, size __asm__("r10") = 8, sig;
        __asm__ volatile("syscall"
                         : "=a"(sig)
                         : "a"(SYS_rt_sigtimedwait), "D"(&set), "S"(0), "r"(timeout), "r"(size)
                         : "rcx", "r11", "memory");
        if (sig == SIGUSR2)
            return sc_finish();
        if (sig == SIGUSR1)
            *byte = *byte + 1;
    }
}
