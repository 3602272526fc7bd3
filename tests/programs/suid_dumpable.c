/*
 * What a change of user makes of a process where fs.suid_dumpable is 2: it is dumpable by root only (needs root). No
 * process can ask for that, so after a restore where the setting is another it is not dumpable at all.
 */
#include "selfcheck.h"

static const char setting[] = "/proc/sys/fs/suid_dumpable";

static void put(char c)
{
    int fd = OFFER(open(setting, O_WRONLY));
    OFFER(write(fd, &c, 1));
    SYS(close(fd));
}

int main(int argc, char **argv)
{
    char before[8];
    sc_init(argc, argv);
    sc_slurp(setting, before, sizeof(before));
    put('2');
    int changed = setresuid(-1, 65534, -1), why = errno;
    SYS(seteuid(getuid()));
    put(before[0]);
    if (changed == -1)
        sc_skip("setresuid: %s", strerror(why));
    int first = SYS(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0));
    CHECK(first == 2, "the change of user made it dumpable %d", first);

    sc_ready(); /* without the comparison of sc_hold, which would mind a 0 */
    sc_wait();

    int now = SYS(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0));
    CHECK(now == 2 || now == 0, "dumpable %d", now);
    SYS(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
    return sc_finish();
}
