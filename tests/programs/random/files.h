/*
 * Random descriptors: files, memfds, devices and pipes, duplicates and further openings of them under random numbers.
 * Links, flags and offsets are compared by sc_compare; which descriptors share a description, and what waits in the
 * pipes, is checked here.
 */
#ifndef RANDOM_FILES_H
#define RANDOM_FILES_H
#include "random.h"
#include <sys/file.h>
#include <sys/ioctl.h>

#define NR_KCMP 312
#define KCMP_SAME_FILE 0
#define MAX_FDS 110
#define MAX_PIPES 6
#define MAX_WRITES 12

struct pipe {
    int r, w; /* -1: closed */
    bool packets;
    int nr;
    struct {
        size_t len;
        uint32_t number;
    } writes[MAX_WRITES];
};

static int fds[MAX_FDS];
static int nr_fds, nr_placed;
static uint8_t same_as[MAX_FDS]; /* the first descriptor of the same description */
static struct pipe pipes[MAX_PIPES];
static int nr_pipes;
static uint8_t pipe_bytes[MAX_WRITES * 4096], pipe_got[MAX_WRITES * 4096 + 1];

/* Under a number of its own, far from those that the kernel would give. */
static int place(int fd)
{
    CHECK(nr_fds < MAX_FDS, "too many descriptors");
    int to = 40 + nr_placed++ * 7 + (int)below(7);
    SYS(dup3(fd, to, chance(50) ? O_CLOEXEC : 0));
    SYS(close(fd));
    fds[nr_fds++] = to;
    return to;
}

static int regular(int i)
{
    static const int modes[] = {O_RDONLY, O_WRONLY, O_RDWR};
    static const int flags[] = {O_APPEND, O_NONBLOCK, O_NOATIME, O_SYNC, O_DSYNC};
    char path[PATH_MAX], suffix[32];
    snprintf(suffix, sizeof(suffix), ".data%d", i);
    int fd = SYS(open(sc_path(path, suffix), O_WRONLY | O_CREAT, 0600));
    SYS(write(fd, path, 20));
    SYS(close(fd));
    int more = 0;
    for (size_t k = 0; k < ARRAY_LEN(flags); k++)
        more |= chance(25) ? flags[k] : 0;
    fd = SYS(open(path, ONE_OF(modes) | more));
    SYS(lseek(fd, (off_t)below(1UL << 33), SEEK_SET));
    return fd;
}

/* Seen from outside in fdinfo. */
static void lock_file(int fd)
{
    struct flock range = {.l_whence = SEEK_SET, .l_start = (off_t)below(1000), .l_len = (off_t)below(1000)};
    range.l_type = (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY ? F_RDLCK : F_WRLCK;
    if (chance(30))
        SYS(flock(fd, chance(50) ? LOCK_SH : LOCK_EX));
    if (chance(30))
        SYS(fcntl(fd, F_OFD_SETLK, &range));
}

static int memory(void)
{
    int fd = SYS(memfd_create("random", chance(50) ? MFD_ALLOW_SEALING : 0));
    SYS(ftruncate(fd, (off_t)below(100000)));
    SYS(pwrite(fd, "random", 6, (off_t)below(50000)));
    if (chance(50)) /* EPERM without MFD_ALLOW_SEALING */
        fcntl(fd, F_ADD_SEALS, below(16) << 1);
    SYS(lseek(fd, (off_t)below(60000), SEEK_SET));
    return fd;
}

static void fill_pipe(struct pipe *p, int size)
{
    size_t room = (size_t)size / 2;
    SYS(fcntl(p->w, F_SETFL, O_NONBLOCK | (p->packets ? O_DIRECT : 0)));
    for (p->nr = 0; p->nr < MAX_WRITES && chance(80); p->nr++) {
        size_t len = between(1, chance(70) ? 100 : 4096);
        uint32_t number = (uint32_t)below(1U << 30);
        if (len > room || (p->nr + 2) * 4096 > size)
            break;
        sc_fill(pipe_bytes, len, number);
        CHECK(write(p->w, pipe_bytes, len) == (ssize_t)len, "write into a pipe: %s", strerror(errno));
        p->writes[p->nr].len = len;
        p->writes[p->nr].number = number;
        room -= len;
    }
    SYS(fcntl(p->w, F_SETFL, (chance(50) ? O_NONBLOCK : 0) | (p->packets ? O_DIRECT : 0)));
}

static void make_pipe(void)
{
    struct pipe *p = &pipes[nr_pipes++];
    int ends[2];
    p->packets = chance(30);
    SYS(pipe2(ends, p->packets ? O_DIRECT : 0));
    p->r = place(ends[0]);
    p->w = place(ends[1]);
    int size = SYS(fcntl(p->w, F_SETPIPE_SZ, 4096 << below(6)));
    fill_pipe(p, size);
    if (chance(30))
        SYS(fcntl(p->r, F_SETFL, O_NONBLOCK));
    int *closed = chance(20) ? &p->w : chance(10) ? &p->r : NULL;
    if (closed) {
        SYS(close(*closed));
        for (int i = 0; i < nr_fds; i++)
            if (fds[i] == *closed)
                fds[i] = fds[--nr_fds];
        *closed = -1;
    }
}

/* A duplicate, or what one of them refers to opened once more. */
static void again(void)
{
    char path[64];
    int of = fds[below((uint64_t)nr_fds)];
    int mode = fcntl(of, F_GETFL) & O_ACCMODE;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", of);
    int fd = chance(50) ? open(path, mode | O_NONBLOCK) : -1;
    /* a pipe without a reader cannot be opened for writing */
    place(fd < 0 ? SYS(dup(of)) : fd);
}

/* Is a description shared? The kernel may be built without kcmp(2). */
static bool same(int one, int other)
{
    return syscall(NR_KCMP, getpid(), getpid(), KCMP_SAME_FILE, one, other) == 0;
}

static void note_same(uint8_t *into)
{
    for (int i = 0; i < nr_fds; i++) {
        into[i] = 0;
        while (into[i] < i && !same(fds[into[i]], fds[i]))
            into[i]++;
    }
}

static void files_make(void)
{
    static const char *const devices[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/urandom"};
    for (uint64_t i = below(6); i > 0; i--)
        lock_file(place(regular((int)i)));
    for (uint64_t i = below(4); i > 0; i--)
        place(memory());
    for (uint64_t i = below(4); i > 0; i--)
        place(SYS(open(ONE_OF(devices), chance(50) ? O_RDWR : O_RDONLY | O_NONBLOCK)));
    for (uint64_t i = below(MAX_PIPES + 1); i > 0; i--)
        make_pipe();
}

/* When all descriptors are there. */
static void files_share(void)
{
    for (uint64_t i = nr_fds ? below(15) : 0; i > 0; i--)
        again();
    note_same(same_as);
}

static void check_pipe(struct pipe *p)
{
    size_t total = 0, got = 0;
    int waiting;
    for (int i = 0; i < p->nr; i++) {
        sc_fill(pipe_bytes + total, p->writes[i].len, p->writes[i].number);
        total += p->writes[i].len;
    }
    SYS(ioctl(p->r, FIONREAD, &waiting));
    CHECK((size_t)waiting == total, "%d bytes wait in a pipe, not %zu", waiting, total);
    for (int i = 0; got < total; i++) {
        ssize_t n = SYS(read(p->r, pipe_got + got, sizeof(pipe_got) - got));
        CHECK(n > 0, "a pipe ends early");
        CHECK(!p->packets || (size_t)n == p->writes[i].len, "packet %d has %zd bytes", i, n);
        got += (size_t)n;
    }
    CHECK(!memcmp(pipe_got, pipe_bytes, total), "content of a pipe");
}

static void files_check(void)
{
    uint8_t now[MAX_FDS];
    note_same(now);
    for (int i = 0; i < nr_fds; i++)
        CHECK(now[i] == same_as[i], "descriptor %d is the same as %d, not as %d", fds[i], fds[now[i]],
              fds[same_as[i]]);
    for (int i = 0; i < nr_pipes; i++)
        if (pipes[i].r >= 0)
            check_pipe(&pipes[i]);
}
#endif
