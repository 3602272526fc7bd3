/* Works in a folder that was removed, and has it open; "replaced": another one has its name since. */
#include "selfcheck.h"
#include <dirent.h>

static bool same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Neither the restore's own names nor anything else is left beside it. */
static void check_beside(const char *own)
{
    char dir[PATH_MAX];
    DIR *d = opendir(sc_dir(dir));
    CHECK(d, "opendir %s: %s", dir, strerror(errno));
    for (struct dirent *e; (e = readdir(d));)
        CHECK(strncmp(e->d_name, ".ckpt-", 6), "%s was left beside %s", e->d_name, own);
    closedir(d);
}

int main(int argc, char **argv)
{
    char path[PATH_MAX], dir[PATH_MAX], text[PATH_MAX];
    struct stat here, opened, by_path, parent, up;
    sc_init(argc, argv);
    bool replaced = argc > 2 && !strcmp(argv[2], "replaced");
    sc_path(path, ".gone");
    CHECK(mkdir(path, 0700) == 0 || errno == EEXIST, "mkdir %s: %s", path, strerror(errno));
    SYS(chdir(path));
    int fd = SYS(open(".", O_RDONLY | O_DIRECTORY)), p = SYS(open(".", O_PATH | O_CLOEXEC));
    SYS(chmod(".", 01751));
    SYS(rmdir(path));
    if (replaced)
        SYS(mkdir(path, 0700));
    sc_hold();
    SYS(stat(".", &here));
    CHECK(here.st_nlink == 0 && here.st_mode == (S_IFDIR | 01751), "the working folder has %d links, mode %o",
          (int)here.st_nlink, here.st_mode);
    SYS(fstat(fd, &opened));
    SYS(fstat(p, &by_path));
    CHECK(same(&here, &opened) && same(&here, &by_path), "what is open is another folder");
    CHECK(!getcwd(text, sizeof(text)) && errno == ENOENT, "the working folder has the name %s", text);
    CHECK(open("file", O_CREAT | O_RDWR, 0600) == -1 && errno == ENOENT, "a file could be made in it");
    SYS(stat("..", &up));
    SYS(stat(sc_dir(dir), &parent));
    CHECK(same(&up, &parent), "the folder above is another");
    DIR *d = fdopendir(fd);
    CHECK(d && !readdir(d), "it holds something");
    closedir(d);
    CHECK(replaced ? access(path, F_OK) == 0 : access(path, F_OK) == -1, "its name came or went");
    check_beside(path);
    if (replaced)
        SYS(rmdir(path));
    return sc_finish();
}
