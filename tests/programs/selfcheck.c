#include "selfcheck.h"
#include <stdarg.h>
#include <sys/personality.h>

#define SNAP_SIZE (2UL << 20)

static char status_path[PATH_MAX];
static char snap[2][SNAP_SIZE];
static size_t snap_len;
static char *out_buf;
static uint64_t stack_start[2];
static int which;
static bool heap_may_grow;
static uint64_t shm_inodes[256];
static int nr_shm_inodes;
static uint64_t pipe_inodes[256];
static int nr_pipe_inodes;
static uint64_t socket_inodes[256];
static int nr_socket_inodes;
atomic_int sc_released;

const char *sc_path(char buf[PATH_MAX], const char *suffix)
{
    size_t n = strlen(status_path), m = strlen(suffix);
    if (n + m >= PATH_MAX)
        _exit(2);
    memcpy(buf, status_path, n);
    memcpy(buf + n, suffix, m + 1);
    return buf;
}

const char *sc_dir(char buf[PATH_MAX])
{
    sc_path(buf, "");
    char *slash = strrchr(buf, '/');
    if (slash == buf)
        slash++;
    *slash = 0;
    return buf;
}

bool sc_over(void)
{
    char path[PATH_MAX];
    /* NB: not by "..": the directory itself is taken away and put back between two restores */
    char *slash = strrchr(sc_dir(path), '/');
    slash[slash == path] = 0;
    return access(path, F_OK) != 0;
}

int sc_serve_poll(struct pollfd *p, nfds_t nr, int idle_msec)
{
    for (int idle = 0; idle < idle_msec && !sc_over(); idle += 100) {
        int ready = poll(p, nr, 100);
        if (ready != 0)
            return ready;
    }
    return 0;
}

void sc_strip_dir(void)
{
    char *slash = strrchr(status_path, '/');
    memmove(status_path, slash, strlen(slash) + 1);
}

void sc_append(const char *suffix, const char *line)
{
    char path[PATH_MAX];
    int fd = open(sc_path(path, suffix), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (fd < 0)
        _exit(3);
    size_t n = strlen(line);
    if (write(fd, line, n) != (ssize_t)n)
        _exit(3);
    close(fd);
}

void sc_note(const char *fmt, ...)
{
    char line[1024];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(line, sizeof(line) - 1, fmt, ap);
    va_end(ap);
    if (n > (int)sizeof(line) - 2)
        n = (int)sizeof(line) - 2;
    line[n] = '\n';
    line[n + 1] = 0;
    sc_append("", line);
}

static void verdict(const char *prefix, const char *fmt, va_list ap)
{
    char text[900];
    vsnprintf(text, sizeof(text), fmt, ap);
    sc_note("%s: %s", prefix, text);
}

void sc_fail(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    verdict("FAIL", fmt, ap);
    va_end(ap);
    _exit(1);
}

void sc_skip(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    verdict("skip", fmt, ap);
    va_end(ap);
    _exit(SC_SKIP_EXIT);
}

size_t sc_slurp(const char *path, char *buf, size_t size)
{
    int fd = SYS(open(path, O_RDONLY | O_CLOEXEC));
    size_t n = 0;
    for (;;) {
        ssize_t r = read(fd, buf + n, size - 1 - n);
        CHECK(r >= 0, "read %s: %s", path, strerror(errno));
        if (r == 0)
            break;
        n += (size_t)r;
        CHECK(n < size - 1, "%s is larger than %zu", path, size);
    }
    buf[n] = 0;
    close(fd);
    return n;
}

pid_t sc_tid(void)
{
    return (pid_t)syscall(SYS_gettid);
}

int64_t sc_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * NSEC + t.tv_nsec;
}

bool sc_slept_ns(int64_t ns)
{
    struct timespec t = {ns / NSEC, ns % NSEC};
    if (nanosleep(&t, NULL) == 0)
        return true;
    CHECK(errno == EINTR, "nanosleep: %s", strerror(errno));
    return false;
}

void sc_sleep_ns(int64_t ns)
{
    CHECK(sc_slept_ns(ns), "spurious EINTR");
}

static int64_t raw_time(clockid_t c)
{
    struct timespec t;
    SYS(syscall(SYS_clock_gettime, c, &t));
    return t.tv_sec * NSEC + t.tv_nsec;
}

void sc_check_time(void)
{
    static const clockid_t clocks[] = {CLOCK_MONOTONIC, CLOCK_REALTIME, CLOCK_BOOTTIME};
    for (size_t i = 0; i < ARRAY_LEN(clocks); i++) {
        int tries = 0;
        for (;;) {
            int64_t a = raw_time(clocks[i]);
            struct timespec t;
            SYS(clock_gettime(clocks[i], &t));
            int64_t v = t.tv_sec * NSEC + t.tv_nsec, b = raw_time(clocks[i]);
            if (a <= v && v <= b)
                break;
            /* the real-time clock may be stepped between two reads; that does not happen ten times */
            CHECK(clocks[i] == CLOCK_REALTIME && tries++ < 10,
                  "vdso clock %d says %lld, system calls %lld and %lld", (int)clocks[i],
                  (long long)v, (long long)a, (long long)b);
        }
    }
}

void sc_init(int argc, char **argv)
{
    if (argc < 2 || argv[1][0] != '/' || strlen(argv[1]) > PATH_MAX - 64) {
        static const char usage[] = "usage: PROGRAM /ABSOLUTE/STATUS [ARGUMENT]\n";
        if (write(2, usage, sizeof(usage) - 1) < 0)
            _exit(3);
        _exit(2);
    }
    strcpy(status_path, argv[1]);
    sc_check_time();
}

/* ---- snapshot ---- */

static void put(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void put(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(out_buf + snap_len, SNAP_SIZE - snap_len, fmt, ap);
    va_end(ap);
    CHECK(n >= 0 && snap_len + (size_t)n < SNAP_SIZE, "snapshot buffer too small");
    snap_len += (size_t)n;
}

/* A restored pipe, socket or shared memory object has a new inode: only which are the same matters. */
static int ordinal(uint64_t *table, int *nr, uint64_t inode)
{
    for (int i = 0; i < *nr; i++)
        if (table[i] == inode)
            return i;
    CHECK(*nr < 256, "too many inodes");
    table[*nr] = inode;
    return (*nr)++;
}

/* A file that has lost its name comes back without one: what it was called is gone. */
static bool ghost(const char *name)
{
    static const char deleted[] = " (deleted)";
    size_t n = strlen(name), m = strlen(deleted);
    return n > m && !strcmp(name + n - m, deleted);
}

static void snap_link(const char *name)
{
    char path[64], target[PATH_MAX];
    snprintf(path, sizeof(path), "/proc/self/%s", name);
    ssize_t n = readlink(path, target, sizeof(target) - 1);
    CHECK(n >= 0, "readlink %s: %s", path, strerror(errno));
    target[n] = 0;
    put("link %s -> %s\n", name, ghost(target) ? "a deleted file" : target);
}

struct dent {
    uint64_t ino;
    int64_t off;
    uint16_t reclen;
    uint8_t type;
    char name[];
};

/* Calls each(number, skip) for every numeric entry; without malloc, which would change [heap]. */
static void each_number(const char *dir, void (*each)(int))
{
    static int numbers[8192];
    char buf[4096] __attribute__((aligned(8)));
    int nr = 0, fd = SYS(open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    for (;;) {
        long n = SYS(syscall(SYS_getdents64, fd, buf, sizeof(buf)));
        if (n == 0)
            break;
        for (long o = 0; o < n;) {
            struct dent *d = (struct dent *)(buf + o);
            o += d->reclen;
            if (d->name[0] < '0' || d->name[0] > '9' || atoi(d->name) == fd)
                continue;
            CHECK(nr < (int)ARRAY_LEN(numbers), "too many entries in %s", dir);
            numbers[nr++] = atoi(d->name);
        }
    }
    close(fd);
    for (int i = 1; i < nr; i++)
        for (int j = i; j > 0 && numbers[j - 1] > numbers[j]; j--) {
            int t = numbers[j];
            numbers[j] = numbers[j - 1];
            numbers[j - 1] = t;
        }
    for (int i = 0; i < nr; i++)
        each(numbers[i]);
}

static void line_of(const char *text, const char *key, char *out, size_t size)
{
    size_t k = strlen(key);
    for (const char *p = text; p; p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL) {
        if (strncmp(p, key, k))
            continue;
        p += k;
        while (*p == ' ' || *p == '\t')
            p++;
        size_t n = strcspn(p, "\n");
        while (n && (p[n - 1] == ' ' || p[n - 1] == '\t'))
            n--;
        if (n >= size)
            n = size - 1;
        memcpy(out, p, n);
        out[n] = 0;
        return;
    }
    strncpy(out, "-", size);
}

static char text[1 << 20]; /* the status of a thread with 65536 groups */

void sc_status_field(const char *name, char *out, size_t size)
{
    char key[64], buf[8192];
    snprintf(key, sizeof(key), "%s:", name);
    sc_slurp("/proc/self/status", buf, sizeof(buf));
    line_of(buf, key, out, size);
}

static void snap_fd(int fd)
{
    char path[64], target[PATH_MAX], flags[32], pos[32];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    ssize_t n = readlink(path, target, sizeof(target) - 1);
    CHECK(n >= 0, "readlink %s: %s", path, strerror(errno));
    target[n] = 0;
    if (!strncmp(target, "pipe:[", 6)) {
        uint64_t ino = strtoull(target + 6, NULL, 10);
        snprintf(target, sizeof(target), "pipe #%d", ordinal(pipe_inodes, &nr_pipe_inodes, ino));
    } else if (!strncmp(target, "socket:[", 8)) {
        uint64_t ino = strtoull(target + 8, NULL, 10);
        snprintf(target, sizeof(target), "socket #%d", ordinal(socket_inodes, &nr_socket_inodes, ino));
    }
    struct stat st;
    if (ghost(target) && strncmp(target, "/memfd:", 7) && fstat(fd, &st) == 0)
        snprintf(target, sizeof(target), "deleted file #%d", ordinal(shm_inodes, &nr_shm_inodes, st.st_ino));
    snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
    sc_slurp(path, text, sizeof(text));
    line_of(text, "flags:", flags, sizeof(flags));
    line_of(text, "pos:", pos, sizeof(pos));
    put("fd %d -> %s flags %s pos %s\n", fd, target, flags, pos);
}

static void snap_status(const char *path, const char *const *keys, const char *who)
{
    char value[1024];
    sc_slurp(path, text, sizeof(text));
    for (; *keys; keys++) {
        line_of(text, *keys, value, sizeof(value));
        put("%s %s %s\n", who, *keys, value);
    }
}

/* The test has given it another pid on purpose and says so in STATUS.go: then that stands for the old one. */
static int seen(int number)
{
    static pid_t first;
    char path[PATH_MAX];
    struct stat st;
    if (which == 0)
        first = getpid();
    bool told = which == 1 && stat(sc_path(path, ".go"), &st) == 0 && st.st_size > 0;
    return told && number == getpid() ? first : number;
}

static void snap_task(int tid)
{
    static const char *const keys[] = {"Name:", "SigBlk:", "Cpus_allowed:", "Uid:", "Gid:", NULL};
    char path[64], who[32];
    snprintf(path, sizeof(path), "/proc/self/task/%d/status", tid);
    snprintf(who, sizeof(who), "task %d", seen(tid));
    snap_status(path, keys, who);
}

static void snap_stat(void)
{
    static const struct {
        int field;
        const char *name;
    } want[] = {{5, "pgrp"},        {6, "session"},   {26, "start_code"}, {27, "end_code"},
                {28, "start_stack"}, {45, "start_data"}, {46, "end_data"},  {47, "start_brk"},
                {48, "arg_start"},  {49, "arg_end"},  {50, "env_start"},  {51, "env_end"}};
    sc_slurp("/proc/self/stat", text, sizeof(text));
    char *p = strrchr(text, ')');
    CHECK(p, "/proc/self/stat has no ')'");
    p += 2;
    size_t w = 0;
    for (int field = 3; *p && w < ARRAY_LEN(want); field++) {
        char *end = p + strcspn(p, " \n");
        if (field == 5 || field == 6)
            put("stat %s %d\n", want[w++].name, seen(atoi(p)));
        else if (field == want[w].field)
            put("stat %s %.*s\n", want[w++].name, (int)(end - p), p);
        p = *end ? end + 1 : end;
    }
    CHECK(w == ARRAY_LEN(want), "/proc/self/stat is short");
}

static void snap_bytes(const char *name)
{
    char path[64];
    uint64_t h = 1469598103934665603ULL;
    snprintf(path, sizeof(path), "/proc/self/%s", name);
    /* environ is mode 0400 and belongs to the effective user, which need not be the filesystem user */
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == EACCES) {
        put("%s cannot be read\n", name);
        return;
    }
    SYS(fd);
    close(fd);
    size_t n = sc_slurp(path, text, sizeof(text));
    for (size_t i = 0; i < n; i++)
        h = (h ^ (uint8_t)text[i]) * 1099511628211ULL;
    put("%s %zu bytes, hash %llx, begins %.60s\n", name, n, (unsigned long long)h, n ? text : "");
}

struct vma {
    uint64_t start, end, off, ino;
    char perms[8], dev[16], path[512], flags[256];
};

static void put_vma(const struct vma *v)
{
    if (v->end == 0)
        return;
    char where[64];
    snprintf(where, sizeof(where), "%llx-%llx", (unsigned long long)v->start,
             (unsigned long long)v->end);
    if (!strcmp(v->path, "[stack]")) {
        stack_start[which] = v->start;
        snprintf(where, sizeof(where), "..-%llx", (unsigned long long)v->end);
    }
    if (!strcmp(v->path, "[heap]") && heap_may_grow)
        snprintf(where, sizeof(where), "%llx-..", (unsigned long long)v->start);
    put("vma %s %s %llx %s %llu %s | %s\n", where, v->perms, (unsigned long long)v->off, v->dev,
        (unsigned long long)v->ino, v->path, v->flags);
}

/* Neighbours that differ in nothing are one: whether the kernel merged them is not state. */
static bool same_kind(const struct vma *a, const struct vma *b)
{
    return a->end == b->start && !strcmp(a->perms, b->perms) && !strcmp(a->dev, b->dev) &&
           a->ino == b->ino && !strcmp(a->path, b->path) && !strcmp(a->flags, b->flags) &&
           (!strcmp(a->dev, "00:00") || a->off + (a->end - a->start) == b->off);
}

static void vma_head(struct vma *v, char *line)
{
    int at = 0;
    memset(v, 0, sizeof(*v));
    unsigned long long s, e, o, i;
    CHECK(sscanf(line, "%llx-%llx %7s %llx %15s %llu %n", &s, &e, v->perms, &o, v->dev, &i, &at) >=
              6, "cannot read maps line %s", line);
    v->start = s;
    v->end = e;
    v->off = o;
    v->ino = i;
    snprintf(v->path, sizeof(v->path), "%.500s", line + at);
    bool huge = !strncmp(v->path, "/anon_hugepage", 14);
    if (huge && v->perms[3] == 'p') {
        /* Which file without a name the kernel made it of is no state. */
        v->off = v->ino = 0;
        strcpy(v->dev, "00:00");
        return;
    }
    bool memory = huge || !strncmp(v->path, "/dev/zero (deleted)", 19) || !strncmp(v->path, "/memfd:", 7) ||
                  !strncmp(v->path, "/SYSV", 5);
    if (ghost(v->path) && !memory)
        strcpy(v->path, "a deleted file");
    if (memory || v->path[0] == 'a') {
        v->ino = 1000000 + (uint64_t)ordinal(shm_inodes, &nr_shm_inodes, v->ino);
        strcpy(v->dev, "shm");
    }
}

/*
 * sd (soft-dirty) and uw (write-protect tracking) are a tracker's, not the program's. gu says that there may be guard
 * regions; it stays when they are gone, and when the kernel merges neighbours.
 */
static void vma_flags(struct vma *v, const char *s)
{
    size_t n = 0;
    while (*s) {
        while (*s == ' ')
            s++;
        size_t k = strcspn(s, " ");
        bool hint = !strncmp(s, "sd", 2) || !strncmp(s, "uw", 2) || !strncmp(s, "gu", 2);
        if (k && !hint && n + k + 2 < sizeof(v->flags)) {
            memcpy(v->flags + n, s, k);
            n += k;
            v->flags[n++] = ' ';
        }
        s += k;
    }
    v->flags[n] = 0;
}

static void snap_vma_line(char *line, struct vma *now, struct vma *pending)
{
    unsigned key;
    if ((line[0] >= '0' && line[0] <= '9') || (line[0] >= 'a' && line[0] <= 'f')) {
        vma_head(now, line);
    } else if (sscanf(line, "ProtectionKey: %u", &key) == 1) {
        if (key)
            snprintf(now->perms + 4, sizeof(now->perms) - 4, "k%u", key % 100);
    } else if (!strncmp(line, "VmFlags:", 8)) {
        vma_flags(now, line + 8);
        if (same_kind(pending, now)) {
            pending->end = now->end;
        } else {
            put_vma(pending);
            *pending = *now;
        }
    }
}

static void snap_vmas(void)
{
    static struct vma now, pending;
    memset(&pending, 0, sizeof(pending));
    size_t have = 0;
    int fd = SYS(open("/proc/self/smaps", O_RDONLY | O_CLOEXEC));
    for (;;) {
        ssize_t r = SYS(read(fd, text + have, sizeof(text) - 1 - have));
        if (r == 0)
            break;
        have += (size_t)r;
        text[have] = 0;
        char *p = text, *nl;
        while ((nl = memchr(p, '\n', have - (size_t)(p - text)))) {
            *nl = 0;
            snap_vma_line(p, &now, &pending);
            p = nl + 1;
        }
        have -= (size_t)(p - text);
        memmove(text, p, have);
    }
    close(fd);
    put_vma(&pending);
}

static void snap_limits(void)
{
    sc_slurp("/proc/self/limits", text, sizeof(text));
    char *save = NULL;
    for (char *p = strtok_r(text, "\n", &save); p; p = strtok_r(NULL, "\n", &save))
        put("limit %s\n", p);
}

static void take(int i)
{
    static const char *const keys[] = {
        "Name:",   "Uid:",    "Gid:",    "Groups:", "Umask:",  "SigBlk:",     "SigIgn:",  "SigCgt:",
        "Threads:", "CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:", "NoNewPrivs:", "Seccomp:",
        "Cpus_allowed:", NULL};
    which = i;
    out_buf = snap[i];
    snap_len = 0;
    nr_shm_inodes = nr_pipe_inodes = nr_socket_inodes = 0;
    put("pid %d tid %d sid %d pgid %d\n", seen(getpid()), seen(sc_tid()), seen(getsid(0)),
        seen(getpgrp()));
    each_number("/proc/self/fd", snap_fd);
    snap_limits();
    snap_status("/proc/self/status", keys, "status");
    each_number("/proc/self/task", snap_task);
    snap_stat();
    snap_bytes("comm");
    snap_bytes("cmdline");
    snap_bytes("environ");
    snap_link("cwd");
    snap_link("root");
    snap_link("exe");
    put("dumpable %d personality %lx\n", prctl(PR_GET_DUMPABLE, 0, 0, 0, 0),
        (unsigned long)personality(0xffffffff));
    snap_vmas();
}

void sc_snapshot(void)
{
    take(1); /* once for nothing: touches every page and resolves every symbol first */
    take(0);
}

void sc_allow_heap(void)
{
    heap_may_grow = true;
}

void sc_compare(void)
{
    take(1);
    char *a = snap[0], *b = snap[1];
    while (*a || *b) {
        size_t n = strcspn(a, "\n"), m = strcspn(b, "\n");
        CHECK(n == m && !memcmp(a, b, n), "was <%.*s> is <%.*s>", (int)(n > 400 ? 400 : n), a,
              (int)(m > 400 ? 400 : m), b);
        a += n + (a[n] != 0);
        b += m + (b[m] != 0);
    }
    CHECK(stack_start[1] <= stack_start[0], "[stack] was from %llx, is from %llx",
          (unsigned long long)stack_start[0], (unsigned long long)stack_start[1]);
    sc_check_time();
}

/* ---- protocol ---- */

bool sc_go(void)
{
    char path[PATH_MAX];
    if (access(sc_path(path, ".go"), F_OK) == 0)
        return true;
    CHECK(errno == ENOENT, "access %s: %s", path, strerror(errno));
    return false;
}

/* A reader may act between our write and our close, so the line appears by rename, with nothing open. */
void sc_ready(void)
{
    char tmp[PATH_MAX], path[PATH_MAX], buf[8192];
    size_t n = 0;
    if (access(sc_path(path, ""), F_OK) == 0)
        n = sc_slurp(path, buf, sizeof(buf) - 16);
    memcpy(buf + n, "ready\n", 6);
    int fd = SYS(open(sc_path(tmp, ".tmp"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    CHECK(write(fd, buf, n + 6) == (ssize_t)n + 6, "write %s", tmp);
    SYS(close(fd));
    SYS(rename(tmp, path));
}

void sc_wait(void)
{
    while (!sc_go())
        sc_sleep_ns(5 * MSEC);
}

void sc_release(void)
{
    atomic_store(&sc_released, 1);
}

void sc_await_release(void)
{
    while (!atomic_load(&sc_released))
        sc_sleep_ns(5 * MSEC);
}

void sc_hold(void)
{
    sc_snapshot();
    sc_ready();
    sc_wait();
    sc_compare();
    sc_release();
}

int sc_finish(void)
{
    sc_append("", "ok\n");
    return 0;
}

pthread_t sc_thread(void *(*fn)(void *), void *arg)
{
    pthread_t t;
    PT(pthread_create(&t, NULL, fn, arg));
    return t;
}

void sc_await_syscall(pid_t tid, long nr)
{
    char path[64], buf[512];
    snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", (int)tid);
    int64_t end = sc_now() + 10 * NSEC;
    do {
        sc_slurp(path, buf, sizeof(buf));
        long seen = buf[0] >= '0' && buf[0] <= '9' ? strtol(buf, NULL, 10) : -1;
        if (seen == nr || seen == SYS_restart_syscall)
            return;
        sc_sleep_ns(MSEC);
    } while (sc_now() < end);
    sc_fail("thread %d is not in system call %ld but: %s", (int)tid, nr, buf);
}
