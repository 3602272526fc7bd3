/* No clock goes back, and vdso and system call agree, all the time. */
#include "selfcheck.h"
#include <sched.h>
#include <sys/time.h>

static const clockid_t clocks[] = {CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_MONOTONIC_COARSE,
                                   CLOCK_BOOTTIME};
static int64_t last[ARRAY_LEN(clocks)];

static void look(void)
{
    struct timespec t;
    struct timeval tv;
    for (size_t i = 0; i < ARRAY_LEN(clocks); i++)
        for (int raw = 0; raw < 2; raw++) {
            if (raw)
                SYS(syscall(SYS_clock_gettime, clocks[i], &t));
            else
                SYS(clock_gettime(clocks[i], &t));
            int64_t now = t.tv_sec * NSEC + t.tv_nsec;
            CHECK(now >= last[i], "clock %d went back by %lld ns", (int)clocks[i],
                  (long long)(last[i] - now));
            last[i] = now;
        }
    SYS(clock_getres(CLOCK_MONOTONIC, &t));
    CHECK(gettimeofday(&tv, NULL) == 0 && labs(tv.tv_sec - time(NULL)) <= 1, "time and gettimeofday");
    CHECK(sched_getcpu() >= 0, "getcpu");
}

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    look();
    sc_snapshot();
    sc_ready();
    do {
        for (int i = 0; i < 100; i++)
            look();
        sc_check_time();
    } while (!sc_go());
    sc_compare();
    look();
    return sc_finish();
}
