/* One memfd open three times: the original, a dup of it, and a read-only reopening with an offset of its own. */
#include "selfcheck.h"

int main(int argc, char **argv)
{
    char path[64], buf[16] = {0};
    sc_init(argc, argv);
    int fd = SYS(memfd_create("thrice", 0));
    SYS(write(fd, "abcdefghijklmnopqrstuvwxyz", 26));
    int twin = SYS(dup(fd));
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    int ro = SYS(open(path, O_RDONLY | O_CLOEXEC));
    SYS(lseek(ro, 3, SEEK_SET));
    sc_hold();
    CHECK(lseek(twin, 0, SEEK_CUR) == 26 && lseek(ro, 0, SEEK_CUR) == 3, "an offset moved");
    CHECK(read(ro, buf, 3) == 3 && !memcmp(buf, "def", 3), "content <%s>", buf);
    CHECK(write(ro, "x", 1) == -1 && errno == EBADF, "the read-only one can be written");
    SYS(write(fd, "01", 2));
    CHECK(lseek(twin, 0, SEEK_CUR) == 28, "the dup has an offset of its own");
    SYS(lseek(ro, 26, SEEK_SET));
    CHECK(read(ro, buf, 8) == 2 && !memcmp(buf, "01", 2), "they are not one object");
    return sc_finish();
}
