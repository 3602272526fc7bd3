/* Descriptors of O_PATH: a file that may not be read, a folder, a symbolic link that leads nowhere. */
#include "selfcheck.h"

int main(int argc, char **argv)
{
    char path[PATH_MAX], link[PATH_MAX], to[64] = {0};
    struct stat file, folder;
    sc_init(argc, argv);
    SYS(close(SYS(open(sc_path(path, ".file"), O_WRONLY | O_CREAT | O_CLOEXEC, 0))));
    int f = SYS(open(path, O_PATH));
    int d = SYS(open(sc_dir(path), O_PATH | O_DIRECTORY | O_CLOEXEC));
    CHECK(symlink("nowhere", sc_path(link, ".link")) == 0 || errno == EEXIST, "symlink");
    int l = SYS(open(link, O_PATH | O_NOFOLLOW));
    SYS(fstat(f, &file));
    SYS(fstat(d, &folder));

    sc_hold();

    struct stat now;
    SYS(fstat(f, &now));
    CHECK(now.st_ino == file.st_ino && now.st_mode == file.st_mode, "another file");
    SYS(fstat(d, &now));
    CHECK(now.st_ino == folder.st_ino && S_ISDIR(now.st_mode), "another folder");
    SYS(fstat(l, &now));
    CHECK(S_ISLNK(now.st_mode), "no link");
    CHECK(readlinkat(l, "", to, sizeof(to)) == 7 && !strcmp(to, "nowhere"), "it leads to %s", to);
    CHECK(read(f, to, 1) == -1 && errno == EBADF, "it can be read");
    CHECK(fcntl(l, F_GETFL) & O_PATH && fcntl(d, F_GETFD) == FD_CLOEXEC, "flags");
    SYS(close(SYS(openat(d, "status.file", O_PATH | O_CLOEXEC))));
    return sc_finish();
}
