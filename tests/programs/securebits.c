/* Securebits, another set in each thread: locked ones, keep-caps, and one that forbids what was done before. */
#include "selfcheck.h"
#include <linux/capability.h>
#include <linux/securebits.h>

static const unsigned long want[] = {
    SECBIT_NOROOT | SECBIT_NOROOT_LOCKED,
    SECBIT_KEEP_CAPS,
    SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED,
    SECBIT_NO_SETUID_FIXUP | SECBIT_KEEP_CAPS_LOCKED,
    0,
};
#define NR (int)ARRAY_LEN(want)
#define AMBIENT 2 /* has an ambient capability too */
static atomic_int up;

static void raise_ambient(void)
{
    struct __user_cap_header_struct h = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct d[2];
    SYS(syscall(SYS_capget, &h, d));
    d[0].inheritable |= 1u << CAP_CHOWN;
    OFFER(syscall(SYS_capset, &h, d));
    OFFER(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_CHOWN, 0, 0));
}

static void run(int i)
{
    if (i == AMBIENT)
        raise_ambient();
    OFFER(prctl(PR_SET_SECUREBITS, want[i], 0, 0, 0));
    atomic_fetch_add(&up, 1);
    if (i == 0) {
        while (atomic_load(&up) < NR)
            sc_sleep_ns(MSEC);
        sc_hold();
    } else {
        sc_await_release();
    }
    long now = SYS(prctl(PR_GET_SECUREBITS, 0, 0, 0, 0));
    CHECK((unsigned long)now == want[i], "thread %d: securebits %lx, not %lx", i, now, want[i]);
    CHECK(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_CHOWN, 0, 0) == (i == AMBIENT),
          "thread %d: ambient set", i);
}

static void *body(void *arg)
{
    run((int)(intptr_t)arg);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t t[NR];
    sc_init(argc, argv);
    for (intptr_t i = 1; i < NR; i++)
        t[i] = sc_thread(body, (void *)i);
    run(0);
    for (int i = 1; i < NR; i++)
        PT(pthread_join(t[i], NULL));
    return sc_finish();
}
