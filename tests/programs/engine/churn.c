/*
 * churn STATUS SEED ROUNDS MIB: fills MIB of memory, waits, and then does ROUNDS things at random that memory may be
 * missing pages for: reads and writes it, moves, shrinks, discards and unmaps parts, has the kernel read and write it,
 * forks children that do the same. It knows what every page must hold: what it wrote there last, or zeros.
 */
#include "../selfcheck.h"
#include <sys/wait.h>

#define AREA_PAGES 512UL
#define MAX_AREAS 1024
#define WORDS (SC_PAGE / 8)
#define CHILD_ROUNDS 60
#define BURST 24

/* Where an area is, whether it may be several mappings, and which version each of its pages has: 0 is all zero. */
static struct area {
    uint64_t *at;
    bool cut;
    uint32_t version[AREA_PAGES];
} areas[MAX_AREAS];

static size_t nr_areas;
static uint64_t seed;
static uint32_t last_version;
static int pipes[2];
static bool child;
static size_t nr_forks;

static size_t below(size_t n)
{
    return sc_rand(&seed) % n;
}

static uint64_t word(uint32_t version, size_t i)
{
    uint64_t x = ((uint64_t)version << 16 | i) * 0x9e3779b97f4a7c15ULL;
    return version ? x ^ x >> 29 : 0;
}

static uint64_t *page_of(struct area *a, size_t page)
{
    return a->at + page * WORDS;
}

static void fill(uint64_t *p, uint32_t version)
{
    for (size_t i = 0; i < WORDS; i++)
        p[i] = word(version, i);
}

static void check_bytes(const uint64_t *p, uint32_t version, struct area *a, size_t page, const char *how)
{
    for (size_t i = 0; i < WORDS; i++)
        CHECK(p[i] == word(version, i), "%s: area %td, page %zu, word %zu of version %u is %llx%s", how, a - areas, page, i,
              version, (unsigned long long)p[i], child ? ", in a child" : "");
}

static void check(struct area *a, size_t page)
{
    check_bytes(page_of(a, page), a->version[page], a, page, "read");
}

static void write_page(struct area *a, size_t page)
{
    a->version[page] = ++last_version;
    fill(page_of(a, page), a->version[page]);
}

/* A part of an area: where it begins, and how many pages it has. */
static size_t part(size_t *pages)
{
    size_t from = below(AREA_PAGES);
    *pages = 1 + below(AREA_PAGES - from);
    return from;
}

static void forget(struct area *a, size_t from, size_t pages)
{
    memset(a->version + from, 0, pages * sizeof(a->version[0]));
}

static void discard(struct area *a)
{
    size_t pages, from = part(&pages);
    SYS(madvise(page_of(a, from), pages * SC_PAGE, MADV_DONTNEED));
    forget(a, from, pages);
}

static void map_at(struct area *a, size_t from, size_t pages)
{
    SYS(mmap(page_of(a, from), pages * SC_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
    forget(a, from, pages);
    a->cut = true;
}

/* What is mapped in the place of a part is zero. */
static void map_over(struct area *a)
{
    size_t pages, from = part(&pages);
    if (below(2))
        SYS(munmap(page_of(a, from), pages * SC_PAGE));
    map_at(a, from, pages);
}

static uint64_t *new_area(void)
{
    uint64_t *at = SYS(mmap(NULL, (AREA_PAGES + 1) * SC_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    SYS(munmap(at + AREA_PAGES * WORDS, SC_PAGE));
    return at;
}

/* NB: Linux 6.17 and later move several mappings at once, but stop half-way where one of them is watched. */
static bool is_one(struct area *a)
{
    if (!a->cut)
        return true;
    SYS(munmap(a->at, AREA_PAGES * SC_PAGE));
    a->at = new_area();
    a->cut = false;
    forget(a, 0, AREA_PAGES);
    return false;
}

static void move(struct area *a)
{
    size_t len = AREA_PAGES * SC_PAGE;
    if (is_one(a))
        a->at = SYS(mremap(a->at, len, len, MREMAP_MAYMOVE | MREMAP_FIXED, SYS(mmap(NULL, len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))));
}

/* A part goes to the place of a part of another area; what is left behind is mapped anew. */
static void move_part(struct area *a, struct area *b)
{
    size_t pages, from = part(&pages), to = below(AREA_PAGES - pages + 1);
    if (a == b || !is_one(a))
        return;
    SYS(mremap(page_of(a, from), pages * SC_PAGE, pages * SC_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, page_of(b, to)));
    memcpy(b->version + to, a->version + from, pages * sizeof(a->version[0]));
    b->cut = true;
    map_at(a, from, pages);
}

static void shrink_and_grow(struct area *a)
{
    size_t len = AREA_PAGES * SC_PAGE, kept = 1 + below(AREA_PAGES - 1);
    if (!is_one(a))
        return;
    SYS(mremap(a->at, len, kept * SC_PAGE, 0));
    forget(a, kept, AREA_PAGES - kept);
    a->at = SYS(mremap(a->at, kept * SC_PAGE, len, MREMAP_MAYMOVE));
}

/* The kernel reads pages that may be missing, and writes others. */
static void through_kernel(struct area *a, struct area *b)
{
    static uint64_t copy[WORDS];
    size_t from = below(AREA_PAGES), to = below(AREA_PAGES);
    CHECK(write(pipes[1], page_of(a, from), SC_PAGE) == SC_PAGE, "write: %s", strerror(errno));
    CHECK(read(pipes[0], copy, SC_PAGE) == SC_PAGE, "read: %s", strerror(errno));
    check_bytes(copy, a->version[from], a, from, "write(2)");
    fill(copy, ++last_version);
    CHECK(write(pipes[1], copy, SC_PAGE) == SC_PAGE, "write: %s", strerror(errno));
    CHECK(read(pipes[0], page_of(b, to), SC_PAGE) == SC_PAGE, "read: %s", strerror(errno));
    b->version[to] = last_version;
    check(b, to);
}

/* Half a page is written: the other half must be as it was. */
static void write_half(struct area *a)
{
    size_t page = below(AREA_PAGES);
    uint64_t *p = page_of(a, page);
    uint32_t before = a->version[page];
    p[WORDS - 1] = 42;
    for (size_t i = 0; i < WORDS - 1; i++)
        CHECK(p[i] == word(before, i), "written to: area %td, page %zu, word %zu", a - areas, page, i);
    p[WORDS - 1] = word(before, WORDS - 1);
}

static void something(void);

static void fork_one(void)
{
    if (child)
        return;
    nr_forks++;
    pid_t pid = SYS(fork());
    if (pid == 0) {
        child = true;
        for (size_t i = 0; i < CHILD_ROUNDS; i++)
            something();
        _exit(0);
    }
    if (below(2)) /* or it goes on beside it, and is waited for in the end */
        for (size_t i = 0; i < BURST; i++)
            check(&areas[below(nr_areas)], below(AREA_PAGES));
    int status;
    CHECK(waitpid(pid, &status, 0) == pid && status == 0, "a child ended with %x", status);
}

static void something(void)
{
    struct area *a = &areas[below(nr_areas)], *b = &areas[below(nr_areas)];
    switch (below(64)) {
    case 0:
    case 1:
        discard(a);
        break;
    case 2:
        map_over(a);
        break;
    case 3:
    case 4:
        move(a);
        break;
    case 5:
    case 6:
        move_part(a, b);
        break;
    case 7:
        shrink_and_grow(a);
        break;
    case 8:
        fork_one();
        break;
    case 9 ... 16:
        through_kernel(a, b);
        break;
    case 17 ... 24:
        write_half(a);
        break;
    case 25 ... 32:
        write_page(a, below(AREA_PAGES));
        break;
    default:
        check(a, below(AREA_PAGES));
    }
}

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    CHECK(argc > 4, "churn STATUS SEED ROUNDS MIB");
    seed = strtoull(argv[2], NULL, 0) * 2 + 1;
    size_t rounds = strtoul(argv[3], NULL, 0);
    nr_areas = strtoul(argv[4], NULL, 0) * (1 << 20) / (AREA_PAGES * SC_PAGE);
    CHECK(nr_areas > 0 && nr_areas <= MAX_AREAS, "MIB");
    SYS(pipe(pipes));
    for (size_t i = 0; i < nr_areas; i++) {
        areas[i].at = new_area();
        for (size_t page = 0; page < AREA_PAGES; page++)
            if (below(8))
                write_page(&areas[i], page);
    }
    sc_ready();
    sc_wait();
    for (size_t i = 0; i < rounds; i++)
        something();
    for (size_t i = 0; i < nr_areas; i++)
        for (size_t page = 0; page < AREA_PAGES; page++)
            check(&areas[i], page);
    sc_note("forks %zu", nr_forks);
    return sc_finish();
}
