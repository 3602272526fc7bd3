/* Forks children that end at once, all the time. A child must not be traced, and carries a status home. */
#include "../selfcheck.h"
#include <sys/wait.h>

static void child(int code)
{
    char tracer[32];
    sc_check_time(); /* by its own copy of the vdso */
    sc_status_field("TracerPid", tracer, sizeof(tracer));
    if (strcmp(tracer, "0"))
        sc_fail("a child is traced by %s", tracer);
    _exit(code);
}

int main(int argc, char **argv)
{
    int status;
    unsigned n = 0;
    sc_init(argc, argv);
    sc_ready();
    while (!sc_go()) {
        int code = (int)(n++ % 100);
        pid_t pid = SYS(fork());
        if (pid == 0)
            child(code);
        CHECK(SYS(waitpid(pid, &status, 0)) == pid, "waited for somebody else");
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == code, "child %u ended with %x", n, status);
        if (n % 4 == 0)
            sc_sleep_ns(MSEC / 5); /* moments without a child, so that some dumps get through */
    }
    return sc_finish();
}
