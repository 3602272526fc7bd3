/* Files of /proc about the task itself and about the machine, half read, and of /sys. */
#include "selfcheck.h"

int main(int argc, char **argv)
{
    char buf[4096], again[4096];
    static char text[4] = "abc";
    sc_init(argc, argv);
    int status = SYS(open("/proc/self/status", O_RDONLY));
    int mem = SYS(open("/proc/self/mem", O_RDWR | O_CLOEXEC));
    int comm = SYS(open("/proc/thread-self/comm", O_RDWR));
    int version = SYS(open("/proc/version", O_RDONLY));
    int self = SYS(open("/proc/self", O_RDONLY | O_DIRECTORY));
    int sys = SYS(open("/sys/kernel/mm/transparent_hugepage/enabled", O_RDONLY));
    SYS(lseek(mem, (off_t)(uintptr_t)text, SEEK_SET));
    SYS(read(version, buf, 6));

    sc_hold();

    ssize_t n = SYS(read(status, buf, sizeof(buf) - 1));
    buf[n] = 0;
    snprintf(again, sizeof(again), "\nPid:\t%d\n", (int)getpid());
    CHECK(strstr(buf, again), "status is another's: %s", buf);
    CHECK(write(mem, "xy", 2) == 2 && !strcmp(text, "xyc"), "memory is not ours");
    CHECK(write(comm, "renamed", 7) == 7, "write comm");
    prctl(PR_GET_NAME, buf);
    CHECK(!strcmp(buf, "renamed"), "comm is %s", buf);
    memset(buf, 0, sizeof(buf));
    CHECK(read(version, buf, 8) == 8 && !strcmp(buf, "version "), "version goes on with <%s>", buf);
    SYS(close(SYS(openat(self, "maps", O_RDONLY))));
    n = SYS(read(sys, buf, sizeof(buf)));
    CHECK(n > 0 && memchr(buf, '[', (size_t)n), "/sys");
    return sc_finish();
}
