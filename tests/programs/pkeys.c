/*
 * Protection keys: which are allocated, which mapping has which, what each thread may do by them, a key that was freed
 * while a mapping had it, and the kernel's own key of memory that may only be executed.
 */
#include "selfcheck.h"

#define NR_PKEY_MPROTECT 329
#define NR_PKEY_ALLOC 330
#define NR_PKEY_FREE 331
#define ACCESS_OFF 1u
#define WRITE_OFF 2u
#define PKUERR 4 /* SEGV_PKUERR */
#define RW (PROT_READ | PROT_WRITE)

static uint32_t rights(void)
{
    uint32_t low, high;
    __asm__ volatile(".byte 0x0f, 0x01, 0xee" : "=a"(low), "=d"(high) : "c"(0)); /* rdpkru */
    return low;
}

static void set_rights(uint32_t value)
{
    __asm__ volatile(".byte 0x0f, 0x01, 0xef" : : "a"(value), "c"(0), "d"(0) : "memory"); /* wrpkru */
}

static uint32_t with(uint32_t value, int key, uint32_t off)
{
    return (value & ~(3u << (2 * key))) | off << (2 * key);
}

static int pkey_new(void) { return (int)syscall(NR_PKEY_ALLOC, 0UL, 0UL); }

static char *page_with(int key, uint64_t seed, int prot)
{
    char *p = SYS(mmap(NULL, SC_PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    sc_fill(p, SC_PAGE, seed);
    SYS(syscall(NR_PKEY_MPROTECT, p, SC_PAGE, prot, key));
    return p;
}

static volatile sig_atomic_t code, faulted;
static uint32_t all_on;

/* A handler has the rights of a new thread (none); what it changes counts only in it: so it maps the page openly. */
static void on_fault(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)context;
    code = info->si_code;
    faulted = (int)info->si_pkey;
    SYS(syscall(NR_PKEY_MPROTECT, (uintptr_t)info->si_addr & -SC_PAGE, SC_PAGE, RW, 0));
}

/* The access must be stopped by that key. */
static void must_fault(volatile char *p, bool write, int key)
{
    code = 0;
    faulted = -1;
    if (write)
        *p = *p;
    else
        (void)*p;
    CHECK(code == PKUERR && faulted == key, "%s of a page with key %d: code %d, key %d", write ? "write" : "read", key,
          (int)code, (int)faulted);
}

static char *shut, *readable, *mine, *none;
static int k_shut, k_readable, k_freed, k_none;
static atomic_int here;

static void *other(void *arg)
{
    (void)arg;
    uint32_t own = with(with(rights(), k_shut, 0), k_readable, ACCESS_OFF);
    set_rights(own);
    atomic_store(&here, 1);
    sc_await_release();
    CHECK(rights() == own, "PKRU of the second thread is %x, was %x", rights(), own);
    CHECK(sc_verify(shut, SC_PAGE, 1) < 0, "content of the page that only the second thread may read");
    must_fault(readable, false, k_readable);
    return NULL;
}

static void check_keys(int only_exec)
{
    int next = pkey_new();
    CHECK(next == k_freed, "the next key is %d, not %d, which was freed", next, k_freed);
    next = pkey_new();
    CHECK(next == k_none + 1, "the key after it is %d, not %d (that of executable memory is %d)", next, k_none + 1,
          only_exec);
    SYS(syscall(NR_PKEY_FREE, k_shut));
    CHECK(pkey_new() == k_shut, "key %d was not allocated", k_shut);
}

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    k_shut = (int)OFFER(pkey_new());
    int gap = SYS(pkey_new());
    k_readable = SYS(pkey_new());
    k_freed = SYS(pkey_new());
    k_none = SYS(pkey_new());
    all_on = rights();
    shut = page_with(k_shut, 1, RW);
    readable = page_with(k_readable, 2, RW);
    mine = page_with(k_freed, 3, RW);
    none = page_with(k_none, 4, PROT_NONE);
    SYS(syscall(NR_PKEY_FREE, gap));
    /* Takes the lowest free key, that of the gap, and keeps it. */
    char *code_page = SYS(mmap(NULL, SC_PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    memcpy(code_page, "\xb8\x2a\x00\x00\x00\xc3", 6); /* mov $42,%eax; ret */
    SYS(mprotect(code_page, SC_PAGE, PROT_EXEC));
    SYS(syscall(NR_PKEY_FREE, k_freed));
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
    SYS(sigaction(SIGSEGV, &action, NULL));
    pthread_t t = sc_thread(other, NULL);
    while (!atomic_load(&here))
        sc_sleep_ns(MSEC);
    uint32_t own = with(with(rights(), k_shut, ACCESS_OFF), k_readable, WRITE_OFF);
    set_rights(own);

    sc_hold();
    PT(pthread_join(t, NULL));

    CHECK(rights() == own, "PKRU is %x, was %x", rights(), own);
    /* The second thread has taken the key from its page. */
    SYS(syscall(NR_PKEY_MPROTECT, readable, SC_PAGE, RW, k_readable));
    CHECK(sc_verify(readable, SC_PAGE, 2) < 0, "content of the page that may be read");
    must_fault(readable, true, k_readable);
    must_fault(shut, false, k_shut);
    CHECK(sc_verify(mine, SC_PAGE, 3) < 0, "content of the page with a freed key");
    SYS(mprotect(none, SC_PAGE, PROT_READ));
    CHECK(sc_verify(none, SC_PAGE, 4) < 0, "content under PROT_NONE");
    CHECK(((int (*)(void))code_page)() == 42, "the code");
    must_fault(code_page, false, gap);
    check_keys(gap);
    set_rights(all_on);
    return sc_finish();
}
