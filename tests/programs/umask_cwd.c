/* File mode mask and working directory. */
#include "selfcheck.h"

int main(int argc, char **argv)
{
    char path[PATH_MAX], cwd[PATH_MAX];
    struct stat st;
    sc_init(argc, argv);
    sc_path(path, ".d");
    CHECK(mkdir(path, 0755) == 0 || errno == EEXIST, "mkdir %s", path);
    SYS(chdir(path));
    umask(0137);
    sc_hold();
    CHECK(getcwd(cwd, sizeof(cwd)) && strlen(cwd) > 2, "getcwd");
    CHECK(!strcmp(cwd + strlen(cwd) - 2, ".d"), "the working directory is %s", cwd);
    int fd = SYS(open("new", O_CREAT | O_EXCL | O_RDWR, 0777));
    SYS(fstat(fd, &st));
    CHECK((st.st_mode & 07777) == 0640, "mode of a new file is %o", (unsigned)st.st_mode);
    SYS(unlink("new"));
    CHECK(umask(0) == 0137, "the mask changed");
    return sc_finish();
}
