/* ITIMER_REAL far away: the time left does not grow and does not shrink faster than the clock. */
#include "selfcheck.h"
#include <sys/time.h>

int main(int argc, char **argv)
{
    struct itimerval now, it = {.it_interval = {7, 250000}, .it_value = {5000, 0}};
    sc_init(argc, argv);
    SYS(setitimer(ITIMER_REAL, &it, NULL));
    int64_t start = sc_now();
    sc_hold();
    SYS(getitimer(ITIMER_REAL, &now));
    int64_t left = now.it_value.tv_sec * NSEC + now.it_value.tv_usec * 1000L;
    int64_t passed = sc_now() - start;
    CHECK(left <= 5000 * NSEC + 10 * MSEC, "time left grew to %lld ns", (long long)left);
    CHECK(left >= 5000 * NSEC - passed - NSEC, "time left is %lld ns after %lld", (long long)left,
          (long long)passed);
    CHECK(now.it_interval.tv_sec == 7 && now.it_interval.tv_usec == 250000, "interval changed");
    return sc_finish();
}
