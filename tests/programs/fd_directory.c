/* Directories that are open, one of them read halfway: every entry comes once. */
#include "selfcheck.h"
#include <sys/file.h>

#define NR 400

struct dent {
    uint64_t ino;
    int64_t off;
    uint16_t reclen;
    uint8_t type;
    char name[];
};

static int seen[NR], nr_seen;

/* Reads one buffer of entries; false at the end. */
static bool take(int fd, size_t size)
{
    char buf[4096] __attribute__((aligned(8)));
    long n = SYS(syscall(SYS_getdents64, fd, buf, size));
    for (long o = 0; o < n;) {
        struct dent *d = (struct dent *)(buf + o);
        o += d->reclen;
        if (d->name[0] != 'e')
            continue;
        CHECK(seen[atoi(d->name + 1)]++ == 0, "%s came twice", d->name);
        nr_seen++;
    }
    return n > 0;
}

int main(int argc, char **argv)
{
    char dir[PATH_MAX], name[32];
    sc_init(argc, argv);
    CHECK(mkdir(sc_path(dir, ".dir"), 0700) == 0 || errno == EEXIST, "mkdir: %s", strerror(errno));
    int at = SYS(open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    for (int i = 0; i < NR; i++) {
        snprintf(name, sizeof(name), "e%d", i);
        SYS(close(SYS(openat(at, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600))));
    }
    int fd = SYS(open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    while (nr_seen < NR / 3)
        take(fd, 1000);
    CHECK(nr_seen < NR, "all came at once");
    SYS(flock(at, LOCK_EX));

    sc_hold();

    while (take(fd, 4096))
        ;
    CHECK(nr_seen == NR, "%d entries of %d came", nr_seen, NR);
    SYS(close(SYS(openat(at, "e7", O_RDONLY))));
    int other = SYS(open(dir, O_RDONLY | O_DIRECTORY));
    CHECK(flock(other, LOCK_SH | LOCK_NB) == -1 && errno == EWOULDBLOCK, "the folder's lock is gone");
    SYS(lseek(fd, 0, SEEK_SET));
    memset(seen, 0, sizeof(seen));
    nr_seen = 0;
    while (take(fd, 4096))
        ;
    CHECK(nr_seen == NR, "%d entries of %d came the second time", nr_seen, NR);
    return sc_finish();
}
