/* What the processor may speculate about, as each thread has it. */
#include "selfcheck.h"

#define GET 52
#define SET 53
#define STORE_BYPASS 0
#define INDIRECT_BRANCH 1
#define ENABLED 3  /* by prctl, PR_SPEC_ENABLE */
#define DISABLED 5 /* by prctl, PR_SPEC_DISABLE */
#define FORCED 9   /* by prctl, PR_SPEC_FORCE_DISABLE */

static int mode(int which) { return prctl(GET, which, 0, 0, 0); }
static void set(int which, int value)
{
    SYS(prctl(SET, which, value & ~1, 0, 0));
    CHECK(mode(which) == value, "kind %d is %d, not %d", which, mode(which), value);
}

static atomic_int here;

static void *other(void *arg)
{
    (void)arg;
    set(STORE_BYPASS, FORCED);
    set(INDIRECT_BRANCH, ENABLED);
    atomic_store(&here, 1);
    sc_await_release();
    CHECK(mode(STORE_BYPASS) == FORCED, "store bypass of the second thread is %d", mode(STORE_BYPASS));
    CHECK(mode(INDIRECT_BRANCH) == ENABLED, "indirect branches of the second thread are %d", mode(INDIRECT_BRANCH));
    return NULL;
}

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    if (mode(STORE_BYPASS) != ENABLED || mode(INDIRECT_BRANCH) != ENABLED)
        sc_skip("speculation is not for threads to control: %d, %d", mode(STORE_BYPASS), mode(INDIRECT_BRANCH));
    pthread_t t = sc_thread(other, NULL);
    while (!atomic_load(&here))
        sc_sleep_ns(MSEC);
    set(INDIRECT_BRANCH, DISABLED);

    sc_hold();
    PT(pthread_join(t, NULL));

    CHECK(mode(STORE_BYPASS) == ENABLED, "store bypass is %d", mode(STORE_BYPASS));
    CHECK(mode(INDIRECT_BRANCH) == DISABLED, "indirect branches are %d", mode(INDIRECT_BRANCH));
    set(INDIRECT_BRANCH, ENABLED);
    return sc_finish();
}
