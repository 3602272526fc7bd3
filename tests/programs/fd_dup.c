/* dup'ed descriptors share offset and status flags, not close-on-exec; a second open shares neither. */
#include "selfcheck.h"

int main(int argc, char **argv)
{
    char path[PATH_MAX], buf[8] = {0};
    sc_init(argc, argv);
    int a = SYS(open(sc_path(path, ".data"), O_RDWR | O_CREAT | O_TRUNC, 0600));
    SYS(write(a, "0123456789", 10));
    int b = SYS(dup(a)), c = SYS(fcntl(a, F_DUPFD_CLOEXEC, 100)), d = SYS(open(path, O_RDWR));
    SYS(lseek(b, 4, SEEK_SET));
    SYS(lseek(d, 1, SEEK_SET));
    sc_hold();
    CHECK(lseek(a, 0, SEEK_CUR) == 4 && lseek(c, 0, SEEK_CUR) == 4 && lseek(d, 0, SEEK_CUR) == 1, "offsets");
    CHECK(read(c, buf, 2) == 2 && !memcmp(buf, "45", 2), "read <%s>", buf);
    CHECK(lseek(a, 0, SEEK_CUR) == 6 && lseek(b, 0, SEEK_CUR) == 6, "dup does not share the offset");
    CHECK(lseek(d, 0, SEEK_CUR) == 1, "the second open shares the offset");
    SYS(fcntl(b, F_SETFL, O_APPEND | O_NONBLOCK));
    CHECK((fcntl(a, F_GETFL) & (O_APPEND | O_NONBLOCK)) == (O_APPEND | O_NONBLOCK), "flags not shared");
    CHECK(!(fcntl(d, F_GETFL) & O_APPEND), "the second open shares the flags");
    CHECK(fcntl(a, F_GETFD) == 0 && fcntl(b, F_GETFD) == 0 && fcntl(c, F_GETFD) == FD_CLOEXEC && c == 100,
          "close-on-exec or number");
    return sc_finish();
}
