/* Resource limits, soft and hard, and that one of them is in force. */
#include "selfcheck.h"
#include <sys/resource.h>

static const struct {
    int which;
    rlim_t soft, hard;
} limits[] = {
    {RLIMIT_NOFILE, 300, 900},      {RLIMIT_CORE, 0, 1 << 20},
    {RLIMIT_CPU, 5000, 6000},       {RLIMIT_DATA, 1UL << 40, 1UL << 41},
    {RLIMIT_FSIZE, 1UL << 32, 1UL << 33}, {RLIMIT_STACK, 5 << 20, 6 << 20},
    {RLIMIT_AS, 1UL << 42, 1UL << 43},    {RLIMIT_SIGPENDING, 111, 222},
};

int main(int argc, char **argv)
{
    struct rlimit want[ARRAY_LEN(limits)], r;
    sc_init(argc, argv);
    for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
        SYS(getrlimit(limits[i].which, &r));
        want[i].rlim_max = limits[i].hard < r.rlim_max ? limits[i].hard : r.rlim_max;
        want[i].rlim_cur = limits[i].soft < want[i].rlim_max ? limits[i].soft : want[i].rlim_max;
        SYS(setrlimit(limits[i].which, &want[i]));
    }
    sc_hold();
    for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
        SYS(getrlimit(limits[i].which, &r));
        CHECK(r.rlim_cur == want[i].rlim_cur && r.rlim_max == want[i].rlim_max,
              "limit %d is %llu/%llu", limits[i].which, (unsigned long long)r.rlim_cur,
              (unsigned long long)r.rlim_max);
    }
    CHECK(dup2(0, (int)want[0].rlim_cur) == -1 && errno == EBADF, "RLIMIT_NOFILE is not in force");
    CHECK(dup2(0, (int)want[0].rlim_cur - 1) >= 0, "fewer descriptors than allowed");
    return sc_finish();
}
