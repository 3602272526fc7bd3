/* /proc/self/exe: same file, readable. */
#include "selfcheck.h"

int main(int argc, char **argv)
{
    char was[PATH_MAX] = {0}, is[PATH_MAX] = {0}, magic[4];
    struct stat a, b;
    sc_init(argc, argv);
    SYS(readlink("/proc/self/exe", was, sizeof(was) - 1));
    SYS(stat("/proc/self/exe", &a));
    sc_hold();
    SYS(readlink("/proc/self/exe", is, sizeof(is) - 1));
    SYS(stat("/proc/self/exe", &b));
    CHECK(!strcmp(was, is), "exe was %s is %s", was, is);
    CHECK(a.st_dev == b.st_dev && a.st_ino == b.st_ino, "exe is another file");
    int fd = SYS(open("/proc/self/exe", O_RDONLY));
    CHECK(read(fd, magic, 4) == 4 && !memcmp(magic, "\177ELF", 4), "exe is not readable");
    SYS(close(fd));

    return sc_finish();
}
