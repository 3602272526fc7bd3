/*
 * Random mappings and what is done to them. Beside the memory stands a note of what every page must hold: its number as
 * a seed for sc_fill, or 0 for zeros. Private pages have a number of their own or show their object's.
 */
#ifndef RANDOM_MEMORY_H
#define RANDOM_MEMORY_H
#include "random.h"
#include <sys/uio.h>

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#define MADV_GUARD_REMOVE 103
#endif
#define SET_VMA 0x53564d41

#define MAX_REGIONS 40
#define MAX_PAGES 48UL
#define NR_OBJECTS 9
#define NR_COMMITTED 12
#define RESERVE (1UL << 36)

/* What is mapped: a file, a memfd or anonymous shared memory; `number` by page. */
struct object {
    enum { FILE_OBJECT, MEMFD_OBJECT, ANON_OBJECT } kind;
    int fd;
    uint8_t *first; /* anonymous shared memory has no other name than its first mapping */
    uint32_t number[MAX_PAGES];
};

struct page {
    bool mapped, guard, own, locked;
    uint32_t number; /* if own */
    int prot;
};

struct region {
    uint8_t *p;
    size_t pages, offset;
    bool shared;
    struct object *object; /* NULL: private anonymous memory */
    struct page page[MAX_PAGES];
};

static struct object objects[NR_OBJECTS];
static struct region regions[MAX_REGIONS];
static int nr_regions;
static uint32_t last_number;
static struct {
    uint8_t *p;
    uint32_t number;
} committed[NR_COMMITTED];
static uint8_t *heap, *end_of_heap;
static size_t heap_size;

static void fill_page(uint8_t *p, uint32_t number)
{
    if (number)
        sc_fill(p, SC_PAGE, number);
    else
        memset(p, 0, SC_PAGE);
}

static void make_object(struct object *o, int kind, int i)
{
    static uint8_t content[MAX_PAGES * SC_PAGE];
    char path[PATH_MAX], suffix[32];
    o->kind = kind;
    o->fd = -1;
    for (size_t k = 0; k < MAX_PAGES; k++) {
        o->number[k] = chance(70) ? ++last_number : 0;
        fill_page(content + k * SC_PAGE, o->number[k]);
    }
    if (kind == ANON_OBJECT) {
        o->first = SYS(mmap(NULL, sizeof(content), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
        memcpy(o->first, content, sizeof(content));
        return;
    }
    snprintf(suffix, sizeof(suffix), ".object%d", i);
    if (kind == FILE_OBJECT)
        o->fd = SYS(open(sc_path(path, suffix), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    else
        o->fd = SYS(memfd_create(suffix, MFD_CLOEXEC));
    CHECK(write(o->fd, content, sizeof(content)) == (ssize_t)sizeof(content), "write");
}

static void make_region(void)
{
    struct region *r = &regions[nr_regions++];
    bool gap = chance(60);
    r->pages = between(1, MAX_PAGES);
    r->object = chance(50) ? NULL : &objects[below(NR_OBJECTS)];
    r->shared = r->object && chance(60);
    int prot = r->shared || chance(70) ? PROT_READ | PROT_WRITE : PROT_READ;
    int flags = (r->shared ? MAP_SHARED : MAP_PRIVATE) | (chance(15) ? MAP_NORESERVE : 0);
    if (r->object && r->object->kind == ANON_OBJECT) {
        /* a second view of it; its first may have holes already, so it is made whole */
        r->shared = true;
        r->pages = MAX_PAGES;
        r->p = SYS(mremap(r->object->first, 0, MAX_PAGES * SC_PAGE, MREMAP_MAYMOVE));
        prot = PROT_READ | PROT_WRITE;
    } else {
        r->offset = r->object ? below(MAX_PAGES - r->pages + 1) : 0;
        r->p = SYS(mmap(NULL, (r->pages + gap) * SC_PAGE, prot, flags | (r->object ? 0 : MAP_ANONYMOUS),
                        r->object ? r->object->fd : -1, (off_t)(r->offset * SC_PAGE)));
        if (gap)
            SYS(munmap(r->p + r->pages * SC_PAGE, SC_PAGE));
    }
    for (size_t i = 0; i < r->pages; i++)
        r->page[i] = (struct page){.mapped = true, .prot = prot};
}

/* ---- what is done to one page ---- */

static void write_page(struct region *r, size_t i)
{
    struct page *page = &r->page[i];
    if (page->guard || !(page->prot & PROT_WRITE))
        return;
    uint32_t number = chance(80) ? ++last_number : 0;
    fill_page(r->p + i * SC_PAGE, number);
    if (r->shared) {
        r->object->number[r->offset + i] = number;
    } else {
        page->own = true;
        page->number = number;
    }
}

/* A locked page that may be written is copied at once (mm/mlock.c and mm/mprotect.c of the kernel). */
static void copy_if_locked(struct region *r, size_t i)
{
    struct page *page = &r->page[i];
    if (page->locked && (page->prot & PROT_WRITE) && !page->guard && !page->own && r->object && !r->shared) {
        page->own = true;
        page->number = r->object->number[r->offset + i];
    }
}

static void protect(struct region *r, size_t i, int prot)
{
    SYS(mprotect(r->p + i * SC_PAGE, SC_PAGE, prot));
    r->page[i].prot = prot;
    copy_if_locked(r, i);
}

static void unmap(struct region *r, size_t i)
{
    SYS(munmap(r->p + i * SC_PAGE, SC_PAGE));
    r->page[i].mapped = false;
}

/* Memory that is locked keeps its pages. */
static void drop(struct region *r, size_t i)
{
    if (madvise(r->p + i * SC_PAGE, SC_PAGE, MADV_DONTNEED) == 0)
        r->page[i].own = false;
}

/* Only in private anonymous memory; kernels before 6.13 have none, locked memory neither. */
static void guard(struct region *r, size_t i, bool install)
{
    if (r->object)
        return;
    uint8_t *p = r->p + i * SC_PAGE;
    if (madvise(p, SC_PAGE, install ? MADV_GUARD_INSTALL : MADV_GUARD_REMOVE) < 0)
        return;
    r->page[i].guard = install;
    if (install)
        r->page[i].own = false;
}

static void advise(struct region *r, size_t i, int advice)
{
    /* not every mapping takes every advice; what it has taken is seen by sc_compare */
    madvise(r->p + i * SC_PAGE, SC_PAGE, advice);
}

static void name(struct region *r, size_t i, uint32_t number)
{
    char text[32];
    snprintf(text, sizeof(text), "part %u", number);
    if (!r->object) /* CONFIG_ANON_VMA_NAME may be off */
        prctl(SET_VMA, 0, r->p + i * SC_PAGE, SC_PAGE, text);
}

/* NB: what cannot be read is locked too, and mlock says ENOMEM. */
static void lock(struct region *r, size_t i, bool on)
{
    uint8_t *p = r->p + i * SC_PAGE;
    if (geteuid() != 0) /* has a limit */
        return;
    CHECK((on ? mlock(p, SC_PAGE) : munlock(p, SC_PAGE)) == 0 || errno == ENOMEM, "mlock: %s", strerror(errno));
    r->page[i].locked = on;
    copy_if_locked(r, i);
}

static void change(struct region *r)
{
    static const int prots[] = {PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE, PROT_READ | PROT_EXEC,
                                PROT_READ | PROT_WRITE | PROT_EXEC};
    static const int advices[] = {MADV_DONTFORK, MADV_DOFORK, MADV_DONTDUMP, MADV_DODUMP, MADV_SEQUENTIAL,
                                  MADV_RANDOM, MADV_NORMAL, MADV_HUGEPAGE, MADV_NOHUGEPAGE,
                                  MADV_MERGEABLE, MADV_WIPEONFORK, MADV_KEEPONFORK};
    size_t from = below(r->pages), to = between(from + 1, r->pages);
    uint64_t what = below(13);
    int prot = ONE_OF(prots), advice = ONE_OF(advices);
    uint32_t number = last_number;
    for (size_t i = from; i < to; i++) {
        if (!r->page[i].mapped)
            continue;
        if (what < 4 && chance(60))
            write_page(r, i);
        else if (what < 6)
            protect(r, i, prot);
        else if (what < 8)
            advise(r, i, advice);
        else if (what == 8 && to - from < MAX_PAGES / 4)
            unmap(r, i);
        else if (what == 9 && !r->shared)
            drop(r, i);
        else if (what == 10)
            guard(r, i, chance(70));
        else if (what == 11)
            name(r, i, number);
        else if (what == 12)
            lock(r, i, chance(70));
    }
}

/* A large reserve of which a few pages are in use, and a heap. */
static void make_reserve(void)
{
    uint8_t *p = SYS(mmap(NULL, RESERVE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    for (size_t i = 0; i < NR_COMMITTED; i++) {
        committed[i].p = p + (i * (RESERVE / NR_COMMITTED) & -SC_PAGE) + below(1000) * SC_PAGE;
        committed[i].number = ++last_number;
        SYS(mprotect(committed[i].p, SC_PAGE, PROT_READ | PROT_WRITE));
        fill_page(committed[i].p, committed[i].number);
    }
    heap_size = between(1, 500000);
    heap = SYS(sbrk((intptr_t)heap_size));
    sc_fill(heap, heap_size, 77);
}

static void memory_make(void)
{
    for (int i = 0; i < NR_OBJECTS; i++)
        make_object(&objects[i], i % 3, i);
    for (uint64_t n = between(5, MAX_REGIONS); n > 0; n--)
        make_region();
    for (uint64_t n = between(20, 300); n > 0; n--)
        change(&regions[below((uint64_t)nr_regions)]);
    for (int i = 0; i < NR_OBJECTS; i++)
        if (objects[i].fd >= 0 && chance(70))
            SYS(close(objects[i].fd));
    if (chance(50))
        make_reserve();
}

/* The C library moves the break too, for threads. */
static void memory_note(void)
{
    end_of_heap = sbrk(0);
}

static void check_page(struct region *r, size_t i)
{
    static uint8_t want[SC_PAGE], got[SC_PAGE];
    struct page *page = &r->page[i];
    struct iovec local = {got, SC_PAGE}, remote = {r->p + i * SC_PAGE, SC_PAGE};
    if (!(page->prot & PROT_READ))
        protect(r, i, PROT_READ);
    ssize_t n = process_vm_readv(getpid(), &local, 1, &remote, 1, 0);
    if (page->guard) {
        CHECK(n == -1 && errno == EFAULT, "guard page %p can be read", remote.iov_base);
        return;
    }
    CHECK(n == (ssize_t)SC_PAGE, "page %p cannot be read: %s", remote.iov_base, strerror(errno));
    uint32_t number = page->own || !r->object ? (page->own ? page->number : 0)
                                              : r->object->number[r->offset + i];
    fill_page(want, number);
    CHECK(!memcmp(got, want, SC_PAGE), "page %p is not number %u (%s, %s)", remote.iov_base, number,
          r->shared ? "shared" : "private", page->own ? "its own" : "its object's");
}

static void memory_check(void)
{
    for (struct region *r = regions; r < regions + nr_regions; r++)
        for (size_t i = 0; i < r->pages; i++)
            if (r->page[i].mapped)
                check_page(r, i);
    for (size_t i = 0; i < NR_COMMITTED; i++)
        CHECK(!committed[i].p || sc_verify(committed[i].p, SC_PAGE, committed[i].number) < 0,
              "page %p of the reserve", committed[i].p);
    CHECK(sbrk(0) == end_of_heap, "the break moved");
    CHECK(!heap || sc_verify(heap, heap_size, 77) < 0, "heap");
}
#endif
