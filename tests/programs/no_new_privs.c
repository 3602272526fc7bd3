/* One thread may gain no privileges by exec any more; the other may. */
#include "selfcheck.h"

static atomic_int up;

static void *body(void *arg)
{
    (void)arg;
    SYS(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    atomic_store(&up, 1);
    sc_await_release();
    CHECK(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1, "the thread lost no_new_privs");
    return NULL;
}

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    int had = SYS(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    pthread_t t = sc_thread(body, NULL);
    while (!atomic_load(&up))
        sc_sleep_ns(MSEC);
    sc_hold();
    CHECK(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == had, "no_new_privs of the leader was %d", had);
    PT(pthread_join(t, NULL));
    return sc_finish();
}
