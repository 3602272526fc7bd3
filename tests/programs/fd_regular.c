/* Regular files: offsets, access modes, O_APPEND, O_NONBLOCK, O_NOFOLLOW, close-on-exec, a high descriptor number. */
#include "selfcheck.h"

static void expect(int fd, const char *want, off_t at)
{
    char buf[64] = {0};
    size_t n = strlen(want);
    CHECK(pread(fd, buf, n, at) == (ssize_t)n && !memcmp(buf, want, n), "fd %d at %ld holds <%s>",
          fd, (long)at, buf);
}

int main(int argc, char **argv)
{
    char path[PATH_MAX];
    sc_init(argc, argv);
    sc_path(path, ".data");
    int rw = SYS(open(path, O_RDWR | O_CREAT | O_TRUNC, 0600));
    SYS(write(rw, "0123456789abcdefghij", 20));
    SYS(lseek(rw, 7, SEEK_SET));
    int ro = SYS(open(path, O_RDONLY | O_CLOEXEC));
    SYS(lseek(ro, 13, SEEK_SET));
    int high = SYS(open(path, O_RDWR | O_NONBLOCK | O_NOATIME));
    SYS(dup2(high, 700));
    SYS(close(high));
    SYS(lseek(700, 1L << 33, SEEK_SET)); /* beyond the end and beyond 32 bits */
    int nofollow = SYS(open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC));
    SYS(lseek(nofollow, 3, SEEK_SET));
    sc_path(path, ".log");
    int app = SYS(open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_DSYNC | O_CLOEXEC, 0644));
    SYS(write(app, "before\n", 7));
    SYS(lseek(app, 0, SEEK_SET));

    sc_hold();

    char buf[16] = {0};
    CHECK(lseek(rw, 0, SEEK_CUR) == 7 && lseek(ro, 0, SEEK_CUR) == 13, "an offset moved");
    CHECK(lseek(700, 0, SEEK_CUR) == 1L << 33, "offset of fd 700 moved");
    CHECK(fcntl(nofollow, F_GETFL) & O_NOFOLLOW, "O_NOFOLLOW is gone");
    CHECK(lseek(nofollow, 0, SEEK_CUR) == 3, "offset with O_NOFOLLOW moved");
    CHECK(!(fcntl(rw, F_GETFL) & O_NOFOLLOW), "O_NOFOLLOW came");
    CHECK(read(ro, buf, 4) == 4 && !memcmp(buf, "defg", 4), "read gave <%s>", buf);
    CHECK(write(ro, "x", 1) < 0 && errno == EBADF, "a read-only fd can be written");
    CHECK(fcntl(ro, F_GETFD) == FD_CLOEXEC && fcntl(rw, F_GETFD) == 0 && fcntl(700, F_GETFD) == 0 &&
          fcntl(app, F_GETFD) == FD_CLOEXEC, "close-on-exec changed");
    CHECK((fcntl(700, F_GETFL) & O_NONBLOCK) && (fcntl(app, F_GETFL) & O_APPEND), "flags changed");
    SYS(write(rw, "XY", 2));
    expect(rw, "0123456XY9abc", 0);
    CHECK(lseek(rw, 0, SEEK_CUR) == 9, "offset after write is wrong");
    SYS(write(app, "after\n", 6));
    int back = SYS(open(path, O_RDONLY));
    expect(back, "before\nafter\n", 0);
    int again = SYS(open(path, O_RDONLY));
    CHECK(again == back + 1, "lowest free descriptor is %d", again);
    return sc_finish();
}
