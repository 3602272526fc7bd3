/*
 * mapped STATUS [discard]: memory of all kinds that pages of an image may be mapped to, or not: large, in small pieces, not
 * writable, on the heap, a thread's stack. When SIGUSR1 comes a thread writes to every 37th page, and makes some of them
 * executable. In the end every page must hold what it should, and the memory do what memory does; but for what docs/lazy.md
 * says.
 *
 * With discard it only says what a page that it gave back reads, and whether MADV_FREE can be had.
 */
#include "../selfcheck.h"
#include <sys/wait.h>

#define LARGE (8UL << 20)
#define SMALL (1UL << 20)
#define HEAP (2UL << 20)
#define STEP 37
#define WORDS (SC_PAGE / 8)

static unsigned char *large, *pieces, *fixed, *heap, *chunk;
static atomic_int life;

static uint64_t word(const void *base, size_t page, size_t i, uint64_t version)
{
    uint64_t x = ((uintptr_t)base ^ page << 20 ^ i ^ version << 44) * 0x9e3779b97f4a7c15ULL;
    return x ^ x >> 29;
}

static void fill(unsigned char *base, size_t page, uint64_t version)
{
    uint64_t *p = (uint64_t *)(base + page * SC_PAGE);
    for (size_t i = 0; i < WORDS; i++)
        p[i] = word(base, page, i, version);
}

static void check(unsigned char *base, size_t page, uint64_t version, const char *what)
{
    uint64_t *p = (uint64_t *)(base + page * SC_PAGE);
    for (size_t i = 0; i < WORDS; i++)
        CHECK(p[i] == word(base, page, i, version), "%s: page %zu, word %zu is %llx", what, page, i, (unsigned long long)p[i]);
}

static void check_zero(unsigned char *p, size_t length, const char *what)
{
    for (size_t i = 0; i < length; i++)
        CHECK(p[i] == 0, "%s: byte %zu is %x", what, i, p[i]);
}

static uint64_t version_of(size_t page)
{
    return page % STEP == 0 ? (uint64_t)life : 0;
}

/* Each SIGUSR1 is one more life: its pages are written anew. */
static void *toucher(void *mask)
{
    unsigned char deep[256 * 1024];
    memset(deep, 0x5a, sizeof deep);
    for (;;) {
        int signal;
        PT(sigwait(mask, &signal));
        for (size_t i = 0; i < sizeof deep; i++)
            CHECK(deep[i] == 0x5a, "the thread's stack: byte %zu", i);
        life++;
        for (size_t page = 0; page < LARGE / SC_PAGE; page += STEP)
            fill(large, page, life);
        SYS(mprotect(large + 2 * SMALL, SMALL / 2, PROT_READ | PROT_WRITE | PROT_EXEC));
        sc_note("touched %d", life);
    }
    return NULL;
}

static void check_all(const char *who)
{
    for (size_t page = 0; page < LARGE / SC_PAGE; page++)
        check(large, page, version_of(page), who);
    for (size_t page = 0; page < SMALL / SC_PAGE; page++) {
        if (page % 20 < 8)
            check(pieces, page, 0, who);
        else
            check_zero(pieces + page * SC_PAGE, SC_PAGE, who);
        check(fixed, page, 0, who);
        check(chunk, page, 0, who);
    }
    for (size_t page = 0; page < HEAP / SC_PAGE; page++)
        check(heap, page, 0, who);
}

static void check_fork(void)
{
    pid_t child = SYS(fork());
    if (child == 0) {
        check_all("in a child");
        fill(large, 1, 99);
        fill(heap, 2, 99);
        _exit(0);
    }
    int status;
    SYS(waitpid(child, &status, 0));
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child: %x", status);
    check_all("after a child has written");
}

static void check_heap(void)
{
    unsigned char *end = SYS(sbrk(0));
    CHECK(sbrk(SMALL) == end, "the heap grows");
    check_zero(end, SMALL, "what the heap has grown by");
    memset(end, 1, SMALL);
    SYS(sbrk(-(intptr_t)SMALL));
    CHECK(sbrk(SMALL) == end, "the heap grows again");
    check_zero(end, SMALL, "what it has grown by again");
    check_all("after the heap has grown");
}

/* A mapping that is grown holds zeros behind what it held, or is not grown. */
static void check_growth(unsigned char *at, size_t length, unsigned char *held, size_t first)
{
    unsigned char *grown = mremap(at, length, length + SMALL, MREMAP_MAYMOVE);
    if (grown == MAP_FAILED) {
        CHECK(errno == EFAULT, "mremap: %s", strerror(errno));
        return;
    }
    for (size_t page = 0; page < length / SC_PAGE; page++) {
        uint64_t *p = (uint64_t *)(grown + page * SC_PAGE);
        CHECK(p[3] == word(held, first + page, 3, version_of(first + page)), "page %zu of what was grown", page);
    }
    check_zero(grown + length, SMALL, "what a mapping has grown by");
}

static void check_calls(void)
{
    int ends[2];
    SYS(pipe2(ends, O_CLOEXEC));
    SYS(write(ends[1], large + 5 * SC_PAGE, SC_PAGE));
    SYS(read(ends[0], large + 6 * SC_PAGE, SC_PAGE));
    CHECK(memcmp(large + 5 * SC_PAGE, large + 6 * SC_PAGE, SC_PAGE) == 0, "the kernel has written to it");
    fill(large, 6, version_of(6));
    close(ends[0]);
    close(ends[1]);
    SYS(mprotect(large + SMALL, 2 * SMALL, PROT_READ));
    SYS(mprotect(large + SMALL, 2 * SMALL, PROT_READ | PROT_WRITE | PROT_EXEC));
    SYS(mprotect(large + SMALL, 2 * SMALL, PROT_READ | PROT_WRITE));
    SYS(mlock(large, SMALL));
    SYS(munlock(large, SMALL));
    SYS(mprotect(fixed, SMALL, PROT_READ | PROT_WRITE));
    check_all("after calls");
    chunk = realloc(chunk - 16, 4 * SMALL);
    CHECK(chunk, "realloc");
    SYS(munmap(large + 3 * SMALL, SMALL));
    check_growth(large + LARGE - SC_PAGE, SC_PAGE, large, LARGE / SC_PAGE - 1);
    check_growth(large + 4 * SMALL, 2 * SMALL, large, 4 * SMALL / SC_PAGE);
}

static int discard(void)
{
    bool image = true, zero = true;
    SYS(madvise(large + 4 * SC_PAGE, SC_PAGE, MADV_DONTNEED));
    uint64_t *p = (uint64_t *)(large + 4 * SC_PAGE);
    for (size_t i = 0; i < WORDS; i++) {
        image &= p[i] == word(large, 4, i, 0);
        zero &= p[i] == 0;
    }
    sc_note("a page that was given back reads %s", zero ? "zeros" : image ? "the image" : "something else");
    int freed = madvise(large + 4 * SC_PAGE, SC_PAGE, MADV_FREE);
    sc_note("MADV_FREE %s", freed == 0 ? "can be had" : strerror(errno));
    return sc_finish();
}

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1);
    SYS(sigprocmask(SIG_BLOCK, &mask, NULL));
    large = SYS(mmap(NULL, LARGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    pieces = SYS(mmap(NULL, SMALL, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    fixed = SYS(mmap(NULL, SMALL, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    chunk = malloc(2 * SMALL);
    CHECK(chunk, "malloc");
    chunk += 16;
    heap = SYS(sbrk(HEAP + SC_PAGE));
    heap = (unsigned char *)(((uintptr_t)heap + SC_PAGE - 1) & -SC_PAGE);
    for (size_t page = 0; page < LARGE / SC_PAGE; page++)
        fill(large, page, 0);
    for (size_t page = 0; page < SMALL / SC_PAGE; page++) {
        if (page % 20 < 8)
            fill(pieces, page, 0);
        fill(fixed, page, 0);
        fill(chunk, page, 0);
    }
    for (size_t page = 0; page < HEAP / SC_PAGE; page++)
        fill(heap, page, 0);
    SYS(mprotect(fixed, SMALL, PROT_READ));
    pthread_t thread;
    PT(pthread_create(&thread, NULL, toucher, &mask));
    sc_ready();
    sc_wait();
    if (argc > 2)
        return discard();
    check_all("as it came back");
    check_fork();
    check_heap();
    check_calls();
    return sc_finish();
}
