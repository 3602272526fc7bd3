/* A child subreaper goes on to adopt its orphans. */
#include "selfcheck.h"
#include <sys/wait.h>

int main(int argc, char **argv)
{
    int now = -1, report[2], status;
    pid_t pids[2];
    sc_init(argc, argv);
    SYS(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0));

    sc_hold();

    SYS(prctl(PR_GET_CHILD_SUBREAPER, &now, 0, 0, 0));
    CHECK(now == 1, "PR_GET_CHILD_SUBREAPER says %d", now);
    SYS(pipe2(report, O_CLOEXEC));
    pid_t middle = SYS(fork());
    if (middle == 0) {
        pid_t own = getpid();
        if (fork() != 0)
            _exit(0);
        while (getppid() == own)
            sc_sleep_ns(MSEC); /* until the middle one has ended and somebody has us */
        pids[0] = getpid();
        pids[1] = getppid();
        _exit(write(report[1], pids, sizeof(pids)) != sizeof(pids));
    }
    SYS(waitpid(middle, NULL, 0));
    SYS(close(report[1]));
    CHECK(read(report[0], pids, sizeof(pids)) == sizeof(pids), "no report of the orphan");
    CHECK(pids[1] == getpid(), "the orphan went to %d", (int)pids[1]);
    CHECK(waitpid(pids[0], &status, 0) == pids[0] && status == 0, "the orphan ended with %x", status);
    return sc_finish();
}
