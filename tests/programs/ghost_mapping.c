/*
 * Mapped files that have lost their names: unlinked, replaced, or with their folder removed. Private mappings keep
 * copied and clean pages, shared ones go on sharing, and nothing gets a name back.
 */
#include "selfcheck.h"
#include <dirent.h>

#define SPARSE_LEN (300 * SC_PAGE + 77)

static char name[PATH_MAX];

static int file_of(const char *suffix, size_t pages, uint64_t seed)
{
    static uint8_t page[SC_PAGE];
    int fd = SYS(open(sc_path(name, suffix), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0640));
    for (size_t i = 0; i < pages; i++) {
        sc_fill(page, SC_PAGE, seed + i);
        CHECK(write(fd, page, SC_PAGE) == (ssize_t)SC_PAGE, "write");
    }
    return fd;
}

static void *map(int fd, size_t len, int prot, int flags, off_t at)
{
    return SYS(mmap(NULL, len, prot, flags, fd, at));
}

static struct stat stat_of(const void *p, size_t len)
{
    struct stat st;
    char path[64];
    snprintf(path, sizeof(path), "/proc/self/map_files/%lx-%lx", (unsigned long)p, (unsigned long)p + len);
    if (stat(path, &st) < 0)
        sc_skip("map_files: %s", strerror(errno));
    return st;
}

static void check_stat(const struct stat *was, const struct stat *is, const char *what)
{
    CHECK(is->st_nlink == 0, "%s has %d names", what, (int)is->st_nlink);
    CHECK(was->st_size == is->st_size, "%s: size %ld is %ld", what, (long)was->st_size, (long)is->st_size);
    CHECK(was->st_mode == is->st_mode, "%s: mode %o is %o", what, was->st_mode, is->st_mode);
    CHECK(was->st_uid == is->st_uid && was->st_gid == is->st_gid, "%s: owner", what);
    CHECK(was->st_mtim.tv_sec == is->st_mtim.tv_sec && was->st_mtim.tv_nsec == is->st_mtim.tv_nsec,
          "%s: time", what);
}

static int nr_entries(void)
{
    char dir[PATH_MAX];
    int nr = 0;
    DIR *d = opendir(sc_dir(dir));
    CHECK(d, "opendir: %s", strerror(errno));
    while (readdir(d))
        nr++;
    closedir(d);
    return nr;
}

int main(int argc, char **argv)
{
    static uint8_t page[SC_PAGE];
    char other[PATH_MAX];
    sc_init(argc, argv);

    int fd = file_of(".private", 8, 10);
    uint8_t *copy = map(fd, 8 * SC_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, 0);
    SYS(close(fd));
    SYS(unlink(name));
    sc_fill(copy + 2 * SC_PAGE, SC_PAGE, 500);

    fd = file_of(".shared", 2, 20);
    SYS(ftruncate(fd, SPARSE_LEN));
    uint8_t *all = map(fd, 301 * SC_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
    uint8_t *part = map(fd, 2 * SC_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, 200 * SC_PAGE);
    uint8_t *ro = map(fd, SC_PAGE, PROT_READ, MAP_PRIVATE, SC_PAGE);
    SYS(close(fd));
    SYS(unlink(name));
    sc_fill(all + 201 * SC_PAGE, SC_PAGE, 600);
    memcpy(all + SPARSE_LEN - 4, "tail", 4);

    SYS(close(file_of(".replaced", 2, 30)));
    fd = SYS(open(name, O_RDONLY | O_CLOEXEC));
    const uint8_t *old = map(fd, 2 * SC_PAGE, PROT_READ, MAP_SHARED, 0);
    SYS(close(fd));
    strcpy(other, name);
    SYS(close(file_of(".new", 2, 40)));
    SYS(rename(name, other));

    SYS(mkdir(sc_path(name, ".folder"), 0700));
    fd = file_of(".folder/file", 1, 50);
    uint8_t *lost = map(fd, SC_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
    SYS(close(fd));
    SYS(unlink(name));
    SYS(rmdir(sc_path(name, ".folder")));

    struct stat was[] = {stat_of(copy, 8 * SC_PAGE), stat_of(all, 301 * SC_PAGE), stat_of(old, 2 * SC_PAGE)};
    int entries = nr_entries();

    sc_hold();

    struct stat is[] = {stat_of(copy, 8 * SC_PAGE), stat_of(all, 301 * SC_PAGE), stat_of(old, 2 * SC_PAGE)};
    check_stat(&was[0], &is[0], "private");
    check_stat(&was[1], &is[1], "shared");
    check_stat(&was[2], &is[2], "replaced");
    /* status and status.go have come since */
    CHECK(nr_entries() == entries + 2, "%d files, before %d", nr_entries(), entries);
    for (size_t i = 0; i < 8; i++)
        CHECK(sc_verify(copy + i * SC_PAGE, SC_PAGE, i == 2 ? 500 : 10 + i) < 0, "private page %zu", i);
    CHECK(sc_verify(all, SC_PAGE, 20) < 0 && sc_verify(ro, SC_PAGE, 21) < 0, "first pages");
    CHECK(sc_verify(part + SC_PAGE, SC_PAGE, 600) < 0, "a page of two mappings");
    CHECK(!memcmp(all + SPARSE_LEN - 4, "tail", 4) && all[100 * SC_PAGE] == 0, "end and hole");
    all[200 * SC_PAGE + 5] = 0x55;
    CHECK(part[5] == 0x55, "two mappings of one file are parted");
    CHECK(sc_verify(old, SC_PAGE, 30) < 0 && sc_verify(old + SC_PAGE, SC_PAGE, 31) < 0, "replaced");
    CHECK(sc_verify(lost, SC_PAGE, 50) < 0, "file of a folder that is gone");
    fd = SYS(open(other, O_RDONLY));
    SYS(read(fd, page, SC_PAGE));
    SYS(close(fd));
    CHECK(sc_verify(page, SC_PAGE, 40) < 0, "the new file of that name");
    CHECK(mprotect((void *)(uintptr_t)old, SC_PAGE, PROT_WRITE) < 0 && errno == EACCES, "opened for reading only");
    return sc_finish();
}
