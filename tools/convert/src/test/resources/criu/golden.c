/*
 * What the folder beside it is of: one task with a little of many kinds of state, and few pages. Made by
 *
 *   gcc -O1 -static -nostdlib -fno-stack-protector -Wl,-z,noseparate-code,--build-id -o golden golden.c
 *   setsid ./golden < /dev/null > /dev/null 2>&1 &
 *   criu dump -t $! -D folder
 */
static char data[8192] = "state of the golden program";

static long call(long nr, long a, long b, long c, long d, long e, long f)
{
    long result;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

#define CALL0(nr) call(nr, 0, 0, 0, 0, 0, 0)
#define CALL(nr, ...) call(nr, __VA_ARGS__)

void _start(void)
{
    int ends[2];
    long event[2] = {1 /* EPOLLIN */ | 0x1234L << 32, 0};
    long hour[4] = {0, 0, 3600, 0};
    long mask = 1L << 9; /* SIGUSR1 */
    long action[4] = {1 /* SIG_IGN */, 0x04000000, 0, 0};

    data[4096] = 1;
    CALL(293, (long)ends, 0x800, 0, 0, 0, 0); /* pipe2, O_NONBLOCK */
    CALL(1, ends[1], (long)"five!", 5, 0, 0, 0);
    CALL(290, 7, 0x80000, 0, 0, 0, 0); /* eventfd2, EFD_CLOEXEC */
    long epoll = CALL(291, 0, 0, 0, 0, 0, 0);
    CALL(233, epoll, 1, ends[0], (long)event, 0, 0);
    CALL(286, CALL(283, 1, 0, 0, 0, 0, 0), 0, (long)hour, 0, 0, 0); /* timerfd */
    CALL(289, -1, (long)&mask, 8, 0, 0, 0);                          /* signalfd4 */
    long memfd = CALL(319, (long)"golden", 2, 0, 0, 0, 0);           /* MFD_ALLOW_SEALING */
    CALL(77, memfd, 12288, 0, 0, 0, 0);
    CALL(18, memfd, (long)"in the middle", 13, 4096, 0, 0); /* pwrite64 */
    long ghost = CALL(2, (long)"gone", 0102, 0640, 0, 0, 0);
    CALL(18, ghost, (long)"no name", 7, 0, 0, 0);
    CALL(87, (long)"gone", 0, 0, 0, 0, 0);
    char *shared = (char *)CALL(9, 0, 8192, 3, 0x21, -1, 0);
    shared[5000] = 42;
    CALL(13, 10, (long)action, 0, 8, 0, 0); /* rt_sigaction */
    CALL(14, 0, (long)&mask, 0, 8, 0, 0);   /* rt_sigprocmask, SIG_BLOCK */
    CALL(62, CALL0(39), 10, 0, 0, 0, 0);    /* SIGUSR1 waits; it is blocked, so it is not ignored yet */
    CALL(38, 0, (long)hour, 0, 0, 0, 0);    /* setitimer */
    CALL(95, 027, 0, 0, 0, 0, 0);           /* umask */
    for (;;)
        CALL0(34); /* pause */
}
