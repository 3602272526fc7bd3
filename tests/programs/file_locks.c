/* Locks of flock(2), of the process and of open file descriptions: ranges, modes, who holds them, and how they go. */
#include "selfcheck.h"
#include <sys/file.h>
#include <sys/wait.h>

static int ex, ex_dup, sh1, sh2, px1, px2, of1, of2;

static int data(const char *suffix, int flags)
{
    char path[PATH_MAX];
    return SYS(open(sc_path(path, suffix), flags | O_CREAT | O_CLOEXEC, 0600));
}

static void lock(int fd, int command, short type, off_t start, off_t len)
{
    struct flock l = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = len};
    SYS(fcntl(fd, command, &l));
}

/* What stands in the way of a write lock on [start, start+len): nothing, or type, range and holder. */
static void expect(const char *suffix, off_t start, off_t len, short type, off_t at, off_t size, pid_t pid)
{
    char path[PATH_MAX];
    int fd = SYS(open(sc_path(path, suffix), O_RDWR | O_CLOEXEC));
    struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = start, .l_len = len};
    SYS(fcntl(fd, F_OFD_GETLK, &l));
    CHECK(l.l_type == type, "%s from %ld: type %d, not %d", suffix, (long)start, l.l_type, type);
    CHECK(type == F_UNLCK || (l.l_start == at && l.l_len == size && l.l_pid == pid),
          "%s from %ld: [%ld, +%ld) of %d", suffix, (long)start, (long)l.l_start, (long)l.l_len, l.l_pid);
    close(fd);
}

static bool can_flock(const char *suffix, int how)
{
    char path[PATH_MAX];
    int fd = SYS(open(sc_path(path, suffix), O_RDWR | O_CLOEXEC)), r = flock(fd, how | LOCK_NB);
    CHECK(r == 0 || errno == EWOULDBLOCK, "flock: %s", strerror(errno));
    close(fd);
    return r == 0;
}

/* In a child: closing a file there drops no POSIX lock of ours. */
static void in_child(void (*check)(pid_t), const char *what)
{
    int status;
    pid_t us = getpid(), child = SYS(fork());
    if (child == 0) {
        check(us);
        _exit(0);
    }
    SYS(waitpid(child, &status, 0));
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s: status %x", what, status);
}

static void all_held(pid_t us)
{
    CHECK(!can_flock(".ex", LOCK_SH) && !can_flock(".sh", LOCK_EX) && can_flock(".sh", LOCK_SH), "flock");
    expect(".px", 0, 5, F_RDLCK, 0, 10, us);
    expect(".px", 10, 90, F_UNLCK, 0, 0, 0);
    expect(".px", 150, 1, F_WRLCK, 100, 100, us);
    expect(".px", 200, 800, F_UNLCK, 0, 0, 0);
    expect(".px", 1L << 40, 1, F_WRLCK, 1000, 0, us);
    expect(".of", 0, 1, F_WRLCK, 0, 50, -1);
    expect(".of", 60, 1, F_WRLCK, 50, 50, -1);
    expect(".of", 200, 1, F_RDLCK, 200, 100, -1);
    expect(".of", 300, 1L << 50, F_UNLCK, 0, 0, 0);
}

static void posix_gone(pid_t us)
{
    (void)us;
    expect(".px", 0, 0, F_UNLCK, 0, 0, 0);
}

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    ex = data(".ex", O_RDWR);
    ex_dup = SYS(dup(ex));
    SYS(flock(ex, LOCK_EX));
    sh1 = data(".sh", O_RDONLY);
    sh2 = data(".sh", O_RDWR);
    SYS(flock(sh1, LOCK_SH));
    SYS(flock(sh2, LOCK_SH));
    px1 = data(".px", O_RDWR);
    px2 = data(".px", O_RDWR);
    lock(px1, F_SETLK, F_RDLCK, 0, 10);
    lock(px2, F_SETLK, F_WRLCK, 100, 100);
    lock(px1, F_SETLK, F_WRLCK, 1000, 0);
    of1 = data(".of", O_RDWR);
    of2 = data(".of", O_RDWR);
    lock(of1, F_OFD_SETLK, F_WRLCK, 0, 50);
    lock(of2, F_OFD_SETLK, F_WRLCK, 50, 50);
    lock(of1, F_OFD_SETLK, F_RDLCK, 200, 100);
    in_child(all_held, "before");

    sc_hold();

    in_child(all_held, "after");
    SYS(close(ex));
    CHECK(!can_flock(".ex", LOCK_SH), "flock is gone with one of two descriptors");
    SYS(close(ex_dup));
    CHECK(can_flock(".ex", LOCK_EX), "flock is still there");
    SYS(flock(sh1, LOCK_UN));
    CHECK(!can_flock(".sh", LOCK_EX), "the other shared lock is gone");
    SYS(flock(sh2, LOCK_EX));
    struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 1};
    CHECK(fcntl(of2, F_OFD_SETLK, &l) == -1 && errno == EAGAIN, "the range is not the other description's");
    SYS(close(px2));
    in_child(posix_gone, "after a close");
    return sc_finish();
}
