/* After go it forks, execs and waits. */
#include "selfcheck.h"
#include <sys/wait.h>

static void expect(pid_t child, int code)
{
    int status;
    CHECK(waitpid(child, &status, 0) == child, "waitpid: %s", strerror(errno));
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == code, "child ended with %x", (unsigned)status);
}

int main(int argc, char **argv)
{
    static volatile int shared = 1;
    sc_init(argc, argv);
    sc_hold();
    pid_t child = SYS(fork());
    if (child == 0) {
        execl("/bin/true", "true", (char *)NULL);
        _exit(127);
    }
    expect(child, 0);
    child = SYS(fork());
    if (child == 0) {
        shared = 2;
        _exit(getppid() > 0 && shared == 2 ? 9 : 1);
    }
    expect(child, 9);
    CHECK(shared == 1, "the child's write is seen by the parent");
    CHECK(system("exit 3") >> 8 == 3, "system");
    return sc_finish();
}
