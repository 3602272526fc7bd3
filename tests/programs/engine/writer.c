/*
 * writer STATUS SEED [free]: at every SIGUSR1 does a few random things to its memory, and then appends a byte to
 * STATUS.rounds; SIGUSR2 ends it. In between it sleeps and writes nothing. With `free` it uses MADV_FREE too: the kernel
 * may empty such pages at any time.
 */
#include "../selfcheck.h"
#include <sys/uio.h>
#include <sys/wait.h>

#define NR_AREAS 12
#define AREA_PAGES 256UL
#define MADV_GUARD_INSTALL 102
#define MADV_GUARD_REMOVE 103

static uint64_t seed;
static bool frees;
static char file_name[PATH_MAX];

static struct area {
    uint8_t *at;
    size_t pages;
    bool file;
} areas[NR_AREAS];

static size_t below(size_t n)
{
    return sc_rand(&seed) % n;
}

static void make(struct area *a)
{
    a->pages = 1 + below(AREA_PAGES);
    a->file = below(4) == 0;
    int fd = a->file ? SYS(open(file_name, O_RDONLY)) : -1;
    size_t gap = below(2); /* nothing behind it */
    a->at = SYS(mmap(NULL, (a->pages + gap) * SC_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | (a->file ? 0 : MAP_ANONYMOUS), fd, 0));
    if (gap)
        SYS(munmap(a->at + a->pages * SC_PAGE, SC_PAGE));
    if (a->file)
        SYS(close(fd));
}

static void unmake(struct area *a)
{
    SYS(munmap(a->at, a->pages * SC_PAGE));
    a->at = NULL;
}

static void writable(struct area *a)
{
    /* What is a guard region still faults. */
    madvise(a->at, a->pages * SC_PAGE, MADV_GUARD_REMOVE);
    SYS(mprotect(a->at, a->pages * SC_PAGE, PROT_READ | PROT_WRITE));
}

static void scribble(struct area *a, size_t pages)
{
    writable(a);
    for (size_t i = 0; i < pages; i++) {
        uint64_t value = sc_rand(&seed);
        memcpy(a->at + below(a->pages) * SC_PAGE + below(SC_PAGE / 8) * 8, &value, 8);
    }
}

/* As deep as so many pages of stack. */
static uint64_t __attribute__((noinline)) dive(size_t pages)
{
    volatile uint64_t here[SC_PAGE / 8];
    here[below(SC_PAGE / 8)] = sc_rand(&seed);
    return pages ? dive(pages - 1) + here[0] : here[1];
}

static void fork_and_write(struct area *a)
{
    writable(a);
    pid_t child = SYS(fork());
    scribble(a, 20);
    if (child == 0)
        _exit(0);
    SYS(waitpid(child, NULL, 0));
    scribble(a, 5);
}

static void move(struct area *a)
{
    size_t pages = 1 + below(AREA_PAGES);
    if (a->file)
        pages = a->pages;
    void *place = SYS(mmap(NULL, (pages + AREA_PAGES) * SC_PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    SYS(munmap((uint8_t *)place + pages * SC_PAGE, AREA_PAGES * SC_PAGE));
    void *moved = mremap(a->at, a->pages * SC_PAGE, pages * SC_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, place);
    if (moved == MAP_FAILED) { /* it is in several mappings by now; some may have been moved */
        SYS(munmap(place, pages * SC_PAGE));
        unmake(a);
        make(a);
        return;
    }
    a->at = moved;
    a->pages = pages;
}

/* Onto the place of another, which is gone then. */
static void move_onto(struct area *a, struct area *b)
{
    if (a == b || a->pages > b->pages)
        return;
    void *moved = mremap(a->at, a->pages * SC_PAGE, a->pages * SC_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, b->at);
    if (moved == MAP_FAILED) {
        unmake(b);
        unmake(a);
        make(a);
    } else {
        if (b->pages > a->pages)
            SYS(munmap(b->at + a->pages * SC_PAGE, (b->pages - a->pages) * SC_PAGE));
        a->at = moved;
    }
    make(b);
}

/* Memory that nobody has touched is moved right behind other memory, so that the two become one mapping. */
static void move_behind(struct area *b)
{
    static uint8_t *bare;
    uint8_t *place = b->at + b->pages * SC_PAGE;
    if (bare && mmap(place, SC_PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == place) {
        SYS(mremap(bare, SC_PAGE, SC_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, place));
        scribble(b, 1 + below(20));
        SYS(munmap(place, SC_PAGE));
        SYS(munmap(bare - SC_PAGE, 3 * SC_PAGE));
        bare = NULL;
    }
    if (!bare) { /* with no neighbour that it could be one with */
        bare = SYS(mmap(NULL, 3 * SC_PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        bare += SC_PAGE;
        SYS(mprotect(bare, SC_PAGE, PROT_READ | PROT_WRITE));
    }
}

static void again_at_once(struct area *a)
{
    SYS(munmap(a->at, a->pages * SC_PAGE));
    SYS(mmap(a->at, a->pages * SC_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
    a->file = false;
    if (below(2))
        scribble(a, 3);
}

static void by_kernel(struct area *a)
{
    writable(a);
    size_t page = below(a->pages), n = 1 + below((a->pages - page) * SC_PAGE);
    int fd = SYS(open(below(2) ? "/dev/zero" : "/dev/urandom", O_RDONLY));
    SYS(read(fd, a->at + page * SC_PAGE, n < 100000 ? n : 100000));
    SYS(close(fd));
}

static void from_outside(struct area *a)
{
    writable(a);
    uint64_t value = sc_rand(&seed);
    struct iovec from = {&value, 8}, to = {a->at + below(a->pages) * SC_PAGE, 8};
    CHECK(process_vm_writev(getpid(), &from, 1, &to, 1, 0) == 8, "process_vm_writev: %s", strerror(errno));
}

static void part(struct area *a, int advice)
{
    size_t page = below(a->pages), n = 1 + below(a->pages - page);
    madvise(a->at + page * SC_PAGE, n * SC_PAGE, advice);
}

static void something(void)
{
    static const int advices[] = {MADV_DONTNEED, MADV_DONTNEED, MADV_DONTNEED, MADV_HUGEPAGE, MADV_NOHUGEPAGE,
                                  25 /* MADV_COLLAPSE */, 21 /* MADV_PAGEOUT */, 20 /* MADV_COLD */, MADV_GUARD_INSTALL,
                                  MADV_GUARD_REMOVE, 22 /* MADV_POPULATE_READ */, 23 /* MADV_POPULATE_WRITE */,
                                  MADV_FREE};
    static uint8_t *heap;
    struct area *a = &areas[below(NR_AREAS)];
    switch (below(21)) {
    case 0:
        unmake(a);
        make(a);
        break;
    case 1:
        again_at_once(a);
        break;
    case 2:
        move(a);
        break;
    case 3:
        move_onto(a, &areas[below(NR_AREAS)]);
        break;
    case 4:
        fork_and_write(a);
        break;
    case 5:
        by_kernel(a);
        break;
    case 6:
        from_outside(a);
        break;
    case 7:
        dive(below(60));
        break;
    case 8:
        writable(a);
        memset(a->at + below(a->pages) * SC_PAGE, 0, SC_PAGE);
        break;
    case 9:
        SYS(mprotect(a->at, a->pages * SC_PAGE, below(2) ? PROT_NONE : PROT_READ));
        break;
    case 10:
        writable(a);
        SYS(mlock(a->at, a->pages * SC_PAGE));
        SYS(munlock(a->at, a->pages * SC_PAGE));
        break;
    case 11:
        heap = heap && below(2) ? (SYS(brk(heap) == 0 ? 0 : -1), NULL) : sbrk((intptr_t)(below(40) * SC_PAGE));
        break;
    case 12:
    case 13:
    case 14:
    case 15:
        part(a, advices[below(ARRAY_LEN(advices) - !frees)]);
        break;
    case 16:
        move_behind(a);
        break;
    default:
        scribble(a, 1 + below(100));
    }
}

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    CHECK(argc > 2, "no seed");
    seed = strtoull(argv[2], NULL, 0) * 2 + 1;
    frees = argc > 3;
    sc_path(file_name, ".file");
    int fd = SYS(open(file_name, O_RDWR | O_CREAT | O_EXCL, 0600));
    static uint8_t content[AREA_PAGES * SC_PAGE];
    sc_fill(content, sizeof(content), seed);
    CHECK(write(fd, content, sizeof(content)) == sizeof(content), "write: %s", strerror(errno));
    SYS(close(fd));
    for (int i = 0; i < NR_AREAS; i++) {
        make(&areas[i]);
        scribble(&areas[i], 30);
    }
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGUSR2);
    SYS(sigprocmask(SIG_BLOCK, &set, NULL));
    sc_note("ready");
    while (sigwaitinfo(&set, NULL) != SIGUSR2) {
        for (size_t n = 1 + below(12); n; n--)
            something();
        sc_append(".rounds", ".");
    }
    return sc_finish();
}
