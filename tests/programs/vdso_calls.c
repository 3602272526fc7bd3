/*
 * The functions of the vdso, found as programs find them, tell what the system calls tell: those that the C library has
 * noted, and those whose names stand in the ELF image behind AT_SYSINFO_EHDR. With the argument "late" nothing is looked
 * up before the dump, and the C library is never asked for the time: then the vdso may be of any kernel. With "ns" the
 * clocks are those of a time namespace, ten days ahead.
 */
#include "selfcheck.h"
#include <elf.h>
#include <sched.h>
#include <sys/auxv.h>
#include <sys/time.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif
#define DAY_NS (86400 * NSEC)

struct params {
    uint32_t state_size, mmap_prot, mmap_flags, reserved[13];
};
static int (*v_clock_gettime)(clockid_t, struct timespec *);
static int (*v_clock_getres)(clockid_t, struct timespec *);
static int (*v_gettimeofday)(struct timeval *, void *);
static time_t (*v_time)(time_t *);
static long (*v_getcpu)(unsigned *, unsigned *, void *);
static ssize_t (*v_getrandom)(void *, size_t, unsigned, void *, size_t);
static int (*v_sgx)(unsigned long, unsigned long, unsigned long, unsigned, unsigned long, unsigned long, void *);
static int nr_found;

static void found(const char *name, void *at)
{
    const struct {
        const char *name;
        void *to;
    } want[] = {{"__vdso_clock_gettime", &v_clock_gettime}, {"__vdso_clock_getres", &v_clock_getres},
                {"__vdso_gettimeofday", &v_gettimeofday},   {"__vdso_time", &v_time},
                {"__vdso_getcpu", &v_getcpu},               {"__vdso_getrandom", &v_getrandom},
                {"__vdso_sgx_enter_enclave", &v_sgx}};
    for (size_t i = 0; i < ARRAY_LEN(want); i++)
        if (!strcmp(name, want[i].name)) {
            memcpy(want[i].to, &at, sizeof(at));
            nr_found++;
        }
}

static void look_up(void)
{
    const uint8_t *base = (void *)getauxval(AT_SYSINFO_EHDR);
    const Elf64_Ehdr *head = (const void *)base;
    CHECK(base && !memcmp(head->e_ident, ELFMAG, SELFMAG), "no vdso where AT_SYSINFO_EHDR says");
    const Elf64_Phdr *seg = (const void *)(base + head->e_phoff);
    const Elf64_Dyn *dyn = NULL;
    for (int i = 0; i < head->e_phnum; i++)
        if (seg[i].p_type == PT_DYNAMIC)
            dyn = (const void *)(base + seg[i].p_offset);
    CHECK(dyn, "the vdso has no dynamic section");
    const Elf64_Sym *sym = NULL;
    const char *names = NULL;
    const uint32_t *hash = NULL;
    for (; dyn->d_tag != DT_NULL; dyn++) {
        if (dyn->d_tag == DT_SYMTAB)
            sym = (const void *)(base + dyn->d_un.d_ptr);
        if (dyn->d_tag == DT_STRTAB)
            names = (const char *)base + dyn->d_un.d_ptr;
        if (dyn->d_tag == DT_HASH)
            hash = (const void *)(base + dyn->d_un.d_ptr);
    }
    CHECK(sym && names, "the vdso has no symbols");
    if (!hash)
        sc_skip("this vdso has a hash table of GNU only");
    for (uint32_t i = 0; i < hash[1]; i++)
        if (ELF64_ST_TYPE(sym[i].st_info) == STT_FUNC && sym[i].st_shndx)
            found(names + sym[i].st_name, (void *)(base + sym[i].st_value));
    CHECK(nr_found >= 4, "only %d functions are in the vdso", nr_found);
}

static int64_t raw(clockid_t c)
{
    struct timespec t;
    SYS(syscall(SYS_clock_gettime, c, &t));
    return t.tv_sec * NSEC + t.tv_nsec;
}

static void enter_namespace(void)
{
    static const char offsets[] = "monotonic 864000 0\nboottime 864000 0\n";
    OFFER(unshare(CLONE_NEWTIME));
    int fd = OFFER(open("/proc/self/timens_offsets", O_WRONLY));
    OFFER(write(fd, offsets, sizeof(offsets) - 1));
    close(fd);
    fd = OFFER(open("/proc/self/ns/time_for_children", O_RDONLY));
    OFFER(setns(fd, CLONE_NEWTIME));
    close(fd);
}

static void check_clocks(void)
{
    static const clockid_t clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_BOOTTIME,
                                       CLOCK_PROCESS_CPUTIME_ID, CLOCK_TAI};
    struct timespec t, r;
    for (size_t i = 0; v_clock_gettime && i < ARRAY_LEN(clocks); i++) {
        int64_t a = raw(clocks[i]);
        CHECK(v_clock_gettime(clocks[i], &t) == 0, "clock %d", (int)clocks[i]);
        int64_t v = t.tv_sec * NSEC + t.tv_nsec, b = raw(clocks[i]);
        CHECK(a <= v && v <= b, "clock %d says %lld, system calls %lld and %lld", (int)clocks[i], (long long)v,
              (long long)a, (long long)b);
    }
    if (v_clock_gettime)
        CHECK(v_clock_gettime(99, &t) == -EINVAL, "clock 99 is there");
    if (v_clock_getres) {
        CHECK(v_clock_getres(CLOCK_MONOTONIC_COARSE, &t) == 0, "clock_getres");
        SYS(syscall(SYS_clock_getres, CLOCK_MONOTONIC_COARSE, &r));
        CHECK(t.tv_sec == r.tv_sec && t.tv_nsec == r.tv_nsec, "another resolution");
    }
}

static void check_time_of_day(void)
{
    struct timeval tv;
    time_t stored = 0, s = raw(CLOCK_REALTIME) / NSEC;
    if (v_gettimeofday) {
        CHECK(v_gettimeofday(&tv, NULL) == 0, "gettimeofday");
        CHECK(tv.tv_sec - s >= -1 && tv.tv_sec - s <= 1, "gettimeofday is off by %ld s", (long)(tv.tv_sec - s));
    }
    if (v_time) {
        time_t v = v_time(&stored);
        CHECK(v == stored && v - s >= -1 && v - s <= 1, "time is off by %ld s", (long)(v - s));
    }
}

static void check_getcpu(void)
{
    for (int i = 0; v_getcpu; i++) {
        unsigned cpu = ~0U, node = ~0U, raw_cpu, raw_node;
        CHECK(v_getcpu(&cpu, &node, NULL) == 0, "getcpu");
        SYS(syscall(SYS_getcpu, &raw_cpu, &raw_node, NULL));
        if (cpu == raw_cpu && node == raw_node)
            return;
        CHECK(i < 1000, "getcpu says %u on node %u, the system call %u on %u", cpu, node, raw_cpu, raw_node);
    }
}

/* A state as large as it was before the dump, which the library that keeps it goes on using. */
static size_t state_size;
static void *state;

static void check_getrandom(void)
{
    if (!v_getrandom)
        return;
    struct params p = {0};
    ssize_t r = v_getrandom(NULL, 0, 0, &p, ~0UL);
    CHECK(r == 0 || r == -ENOSYS, "the question for parameters says %zd", r);
    if (!state) {
        state_size = r == 0 ? p.state_size : 144;
        int flags = r == 0 ? (int)p.mmap_flags : MAP_PRIVATE | MAP_ANONYMOUS;
        state = SYS(mmap(NULL, SC_PAGE, PROT_READ | PROT_WRITE, flags, -1, 0));
    }
    uint8_t a[600] = {0}, b[600] = {0};
    CHECK(v_getrandom(a, sizeof(a), 0, state, state_size) == (ssize_t)sizeof(a), "getrandom");
    CHECK(v_getrandom(b, sizeof(b), 0, state, state_size) == (ssize_t)sizeof(b), "getrandom");
    size_t same = 0, zeros = 0;
    for (size_t i = 0; i < sizeof(a); i++) {
        same += a[i] == b[i];
        zeros += a[i] == 0;
    }
    CHECK(same < 40 && zeros < 40, "%zu bytes are the same, %zu zero: that is not random", same, zeros);
}

static void check_all(void)
{
    check_clocks();
    check_time_of_day();
    check_getcpu();
    check_getrandom();
    if (v_sgx)
        CHECK(v_sgx(0, 0, 0, 0, 0, 0, NULL) < 0, "an enclave was entered");
}

int main(int argc, char **argv)
{
    bool late = argc > 2 && !strcmp(argv[2], "late");
    if (argc > 2 && !strcmp(argv[2], "ns"))
        enter_namespace();
    sc_init(argc, argv);
    int64_t before = raw(CLOCK_MONOTONIC);
    if (!late) {
        look_up();
        check_all();
    }
    sc_ready();
    while (!sc_go()) {
        sc_sleep_ns(5 * MSEC);
        if (!late) {
            check_all();
            sc_check_time();
        }
    }
    int64_t since = raw(CLOCK_MONOTONIC) - before;
    CHECK(since >= 0 && since < DAY_NS, "the clock went on by %lld ns", (long long)since);
    if (late)
        look_up();
    for (int i = 0; i < 1000; i++)
        check_all();
    if (!late)
        sc_check_time();
    sc_note("found %d functions", nr_found);
    return sc_finish();
}
