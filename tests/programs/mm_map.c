/* Argument area moved to another mapping by PR_SET_MM_MAP. */
#include "selfcheck.h"

static unsigned long stat_field(int want)
{
    static char text[4096];
    sc_slurp("/proc/self/stat", text, sizeof(text));
    char *p = strrchr(text, ')') + 2;
    for (int field = 3; field < want; field++)
        p = strchr(p, ' ') + 1;
    return strtoul(p, NULL, 10);
}

int main(int argc, char **argv)
{
    static const char args[] = "moved\0argument\0area";
    char now[256];
    sc_init(argc, argv);
    char *area = SYS(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    memcpy(area, args, sizeof(args));
    struct prctl_mm_map m = {
        .start_code = stat_field(26), .end_code = stat_field(27), .start_stack = stat_field(28),
        .start_data = stat_field(45), .end_data = stat_field(46), .start_brk = stat_field(47),
        .brk = (unsigned long)sbrk(0), .arg_start = (unsigned long)area,
        .arg_end = (unsigned long)area + sizeof(args), .env_start = stat_field(50),
        .env_end = stat_field(51), .exe_fd = (unsigned)-1};
    if (prctl(PR_SET_MM, PR_SET_MM_MAP, &m, sizeof(m), 0) < 0)
        sc_note("skip: PR_SET_MM_MAP: %s", strerror(errno));
    size_t n = sc_slurp("/proc/self/cmdline", now, sizeof(now));
    bool moved = n == sizeof(args);
    sc_hold();
    if (moved) {
        CHECK(sc_slurp("/proc/self/cmdline", now, sizeof(now)) == sizeof(args) &&
                  !memcmp(now, args, sizeof(args)), "cmdline is <%s>", now);
        CHECK(stat_field(48) == (unsigned long)area, "arg_start changed");
    }
    return sc_finish();
}
