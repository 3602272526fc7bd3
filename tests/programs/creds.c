/* Real, effective, saved and filesystem ids that all differ, and supplementary groups; with "many", as many
 * of them as there may be. */
#include "selfcheck.h"
#include <grp.h>
#include <sys/fsuid.h>

int main(int argc, char **argv)
{
    char dir[PATH_MAX], path[PATH_MAX];
    static gid_t groups[65536] = {2001, 2002, 2003, 3000000000u}, now[65536];
    int nr_groups = 4;
    uid_t u[3];
    gid_t g[3];
    struct stat st;
    sc_init(argc, argv);
    if (argc > 2)
        for (nr_groups = 0; nr_groups < (int)ARRAY_LEN(groups); nr_groups++)
            groups[nr_groups] = 100000 + nr_groups;
    if (geteuid() != 0)
        sc_skip("needs root");
    SYS(chmod(sc_dir(dir), 0777));
    SYS(setgroups(nr_groups, groups));
    SYS(setresgid(1011, 1012, 1013));
    SYS(setresuid(1001, 1002, 1003));
    setfsgid(1013);
    setfsuid(1003);
    SYS(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)); /* a change of ids clears it */
    CHECK(access(dir, W_OK | X_OK) == 0, "uid 1001 cannot use %s", dir);

    sc_hold();

    SYS(getresuid(&u[0], &u[1], &u[2]));
    SYS(getresgid(&g[0], &g[1], &g[2]));
    CHECK(u[0] == 1001 && u[1] == 1002 && u[2] == 1003, "uids %u %u %u", u[0], u[1], u[2]);
    CHECK(g[0] == 1011 && g[1] == 1012 && g[2] == 1013, "gids %u %u %u", g[0], g[1], g[2]);
    CHECK(setfsuid((uid_t)-1) == 1003 && setfsgid((gid_t)-1) == 1013, "fsuid or fsgid changed");
    CHECK(getgroups(ARRAY_LEN(now), now) == nr_groups && !memcmp(now, groups, nr_groups * sizeof(*groups)),
          "groups changed");
    int fd = SYS(open(sc_path(path, ".made"), O_CREAT | O_RDWR | O_TRUNC, 0600));
    SYS(fstat(fd, &st));
    CHECK(st.st_uid == 1003 && st.st_gid == 1013, "a new file belongs to %u:%u", st.st_uid, st.st_gid);
    SYS(close(fd));
    SYS(unlink(path));
    CHECK(setuid(0) == -1 && errno == EPERM, "it could become root");
    return sc_finish();
}
