/* Open files without a name: unlinked, replaced, of O_TMPFILE; sparse, mapped, locked, open several times. */
#include "selfcheck.h"
#include <sys/file.h>

#define BIG (3 * SC_PAGE + 100)
#define FAR (1L << 32)

static uint8_t in[BIG + 8], out[BIG + 8];

int main(int argc, char **argv)
{
    char path[PATH_MAX], other[PATH_MAX], dir[PATH_MAX], self[64];
    struct stat was, now;
    sc_init(argc, argv);
    sc_fill(in, BIG, 11);

    int fd = SYS(open(sc_path(path, ".gone"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0640));
    CHECK(write(fd, in, BIG) == BIG, "write");
    SYS(pwrite(fd, "far", 3, FAR));
    int app = SYS(open(path, O_WRONLY | O_APPEND)), ro = SYS(open(path, O_RDONLY)), twin = SYS(dup(ro));
    uint8_t *p = SYS(mmap(NULL, SC_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    SYS(unlink(path));
    SYS(lseek(fd, FAR + 77, SEEK_SET));
    SYS(lseek(ro, 5, SEEK_SET));
    SYS(flock(ro, LOCK_EX));

    int old = SYS(open(sc_path(path, ".replaced"), O_RDWR | O_CREAT | O_TRUNC, 0600));
    SYS(write(old, "old", 3));
    SYS(close(SYS(open(sc_path(other, ".new"), O_RDWR | O_CREAT | O_TRUNC, 0600))));
    SYS(rename(other, path));

    int tmp = open(sc_dir(dir), O_TMPFILE | O_RDWR, 0604);
    if (tmp < 0)
        sc_skip("O_TMPFILE: %s", strerror(errno));
    SYS(write(tmp, "temporary", 9));
    struct timespec times[2] = {{0, UTIME_OMIT}, {1234567890, 987654321}};
    SYS(futimens(tmp, times));
    SYS(fstat(tmp, &was));

    sc_hold();

    CHECK(lseek(fd, 0, SEEK_CUR) == FAR + 77 && lseek(ro, 0, SEEK_CUR) == 5, "offsets");
    SYS(fstat(fd, &now));
    CHECK(now.st_size == FAR + 3 && now.st_nlink == 0 && (now.st_mode & 07777) == 0640, "size %ld, %d links",
          (long)now.st_size, (int)now.st_nlink);
    CHECK(now.st_blocks < 1024, "%ld blocks", (long)now.st_blocks);
    CHECK(pread(fd, out, BIG, 0) == BIG && !memcmp(in, out, BIG), "content");
    CHECK(pread(ro, out, 8, FAR) == 3 && !memcmp(out, "far", 3), "the far end");
    SYS(write(app, "end", 3));
    CHECK(pread(ro, out, 8, FAR + 3) == 3 && !memcmp(out, "end", 3), "it is not one file");
    p[1] = 77;
    CHECK(pread(ro, out, 2, 0) == 2 && out[1] == 77, "the mapping is of another file");
    SYS(lseek(twin, 9, SEEK_SET));
    CHECK(lseek(ro, 0, SEEK_CUR) == 9, "the dup is another description");
    CHECK(flock(fd, LOCK_SH | LOCK_NB) == -1 && errno == EWOULDBLOCK, "the lock is gone");
    CHECK(pread(old, out, 8, 0) == 3 && !memcmp(out, "old", 3), "the replaced file");

    SYS(fstat(tmp, &now));
    CHECK(now.st_mode == was.st_mode && now.st_uid == was.st_uid && now.st_size == 9 &&
          now.st_mtim.tv_sec == 1234567890 && now.st_mtim.tv_nsec == 987654321, "temporary file");
    snprintf(self, sizeof(self), "/proc/self/fd/%d", tmp);
    SYS(linkat(AT_FDCWD, self, AT_FDCWD, sc_path(path, ".named"), AT_SYMLINK_FOLLOW));
    SYS(stat(path, &now));
    CHECK(now.st_size == 9 && now.st_nlink == 1, "it has no name");
    return sc_finish();
}
