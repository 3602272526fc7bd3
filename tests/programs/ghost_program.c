/*
 * A program whose file was replaced while it runs, as an upgrade does it: /proc/self/exe still leads to the old one.
 * With the argument "memfd" the file never had a name.
 */
#include "selfcheck.h"

static void copy(const char *from, const char *to)
{
    static char buf[65536];
    int in = SYS(open(from, O_RDONLY | O_CLOEXEC));
    int out = SYS(open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755));
    for (ssize_t n; (n = SYS(read(in, buf, sizeof(buf)))) > 0;)
        CHECK(write(out, buf, (size_t)n) == n, "write %s", to);
    SYS(close(in));
    SYS(close(out));
}

static uint64_t hash_of(const char *path)
{
    static uint8_t buf[65536];
    uint64_t h = 1469598103934665603ULL;
    int fd = SYS(open(path, O_RDONLY | O_CLOEXEC));
    for (ssize_t n; (n = SYS(read(fd, buf, sizeof(buf)))) > 0;)
        for (ssize_t i = 0; i < n; i++)
            h = (h ^ buf[i]) * 1099511628211ULL;
    SYS(close(fd));
    return h;
}

static void execute_copy(const char *path, char **argv, bool memfd)
{
    char *const args[] = {argv[0], argv[1], memfd ? "memfd" : "file", "again", NULL};
    copy("/proc/self/exe", path);
    int fd = SYS(open(path, O_RDONLY | O_CLOEXEC));
    if (memfd) {
        int in = SYS(memfd_create("program", MFD_CLOEXEC));
        static char buf[65536];
        for (ssize_t n; (n = SYS(read(fd, buf, sizeof(buf)))) > 0;)
            CHECK(write(in, buf, (size_t)n) == n, "write");
        snprintf(buf, sizeof(buf), "/proc/self/fd/%d", in);
        SYS(close(fd));
        fd = SYS(open(buf, O_RDONLY | O_CLOEXEC));
        SYS(close(in));
    }
    fexecve(fd, args, environ);
    sc_fail("fexecve %s: %s", path, strerror(errno));
}

int main(int argc, char **argv)
{
    char path[PATH_MAX], next[PATH_MAX];
    sc_init(argc, argv);
    sc_path(path, ".program");
    bool memfd = argc > 2 && !strcmp(argv[2], "memfd");
    if (argc < 4)
        execute_copy(path, argv, memfd);
    int fd = SYS(open(sc_path(next, ".next"), O_WRONLY | O_CREAT | O_CLOEXEC, 0755));
    SYS(write(fd, "another", 7));
    SYS(close(fd));
    SYS(rename(next, path));
    uint64_t was = hash_of("/proc/self/exe");

    sc_hold();

    CHECK(hash_of("/proc/self/exe") == was, "another program file");
    CHECK(access(path, X_OK) == 0 && hash_of(path) != was, "the new file");
    return sc_finish();
}
