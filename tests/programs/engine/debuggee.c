/* Threads that stand in known functions with known locals, registers and memory, for who looks at a core of it. */
#include "../selfcheck.h"
#include <sched.h>
#include <sys/resource.h>

#define NR_PAGES 16
#define DEPTH 3

static volatile int in_data = 7001;
static const volatile char in_rodata[] = "text of a constant";
static volatile int stop;
static volatile int nr_there;
static char *volatile in_heap;
static char *volatile changed_file;
static char *volatile shared;

static void there(void)
{
    __atomic_add_fetch(&nr_there, 1, __ATOMIC_SEQ_CST);
}

/* Its vector registers stay as they are, for all of it is one instruction sequence. */
static __attribute__((noinline)) void spin_with_vectors(long spinner_local)
{
    static const uint32_t pattern[8] = {1, 2, 3, 4, 5, 6, 7, 0xdeadbeef};
    volatile long kept = spinner_local;
    there();
    if (__builtin_cpu_supports("avx"))
        __asm__ volatile("vmovdqu %[pattern], %%ymm0\n"
                         "1: pause\n"
                         "cmpl $0, %[stop]\n"
                         "je 1b\n"
                         "vzeroupper\n"
                         :
                         : [pattern] "m"(pattern), [stop] "m"(stop)
                         : "xmm0", "cc", "memory");
    while (!stop)
        __asm__ volatile("pause");
    if (kept != spinner_local)
        stop = 2;
}

static void *spinner(void *arg)
{
    spin_with_vectors((long)arg + 1);
    return NULL;
}

static __attribute__((noinline)) int sleep_deep(int depth)
{
    volatile int depth_squared = depth * depth;
    if (depth < DEPTH)
        return sleep_deep(depth + 1) + depth_squared;
    there();
    while (!stop)
        sc_sleep_ns(10 * MSEC);
    return depth_squared;
}

static void *sleeper(void *arg)
{
    return (void *)(long)(sleep_deep(0) + *(volatile int *)arg);
}

static __attribute__((noinline)) void wait_in_main(const char *what)
{
    volatile double ratio = 2.5;
    volatile struct {
        int left;
        const char *name;
    } local = {42, what};
    sc_note("waits %d %.1f", local.left, ratio);
    sc_ready();
    sc_wait();
    CHECK(local.left == 42 && ratio == 2.5, "locals changed");
}

int main(int argc, char **argv)
{
    pthread_t threads[2];
    struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
    cpu_set_t cpu;
    char page[SC_PAGE], path[PATH_MAX];
    sc_init(argc, argv);
    SYS(chdir(sc_dir(path)));
    (void)setrlimit(RLIMIT_CORE, &limit); /* for the kernel's core, if we may */
    /* NB: on another CPU the kernel writes that one's number into the rseq area */
    CPU_ZERO(&cpu);
    CPU_SET(SYS(sched_getcpu()), &cpu);
    SYS(sched_setaffinity(0, sizeof(cpu), &cpu));
    in_heap = strdup("text on the heap");
    CHECK(in_heap, "no memory");
    int fd = SYS(open(sc_path(path, ".mapped"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    for (int i = 0; i < NR_PAGES; i++) {
        memset(page, 'a' + i, sizeof(page));
        CHECK(write(fd, page, sizeof(page)) == (ssize_t)sizeof(page), "write");
    }
    changed_file = SYS(mmap(NULL, NR_PAGES * SC_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
    SYS(close(fd));
    changed_file[5 * SC_PAGE] = '!';
    shared = SYS(mmap(NULL, NR_PAGES * SC_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    strcpy(shared + 3 * SC_PAGE, "text in shared memory");
    in_data++;
    PT(pthread_create(&threads[0], NULL, spinner, (void *)99));
    PT(pthread_create(&threads[1], NULL, sleeper, (void *)&in_data));
    while (nr_there != 2)
        sc_sleep_ns(MSEC);
    wait_in_main((const char *)in_rodata);
    stop = 1;
    for (int i = 0; i < 2; i++)
        PT(pthread_join(threads[i], NULL));
    CHECK(stop == 1, "a local of the spinner changed");
    return sc_finish();
}
