/* The five capability sets of several threads, which do not follow from their ids. */
#include "selfcheck.h"
#include <linux/capability.h>

#define BIT(c) (1ULL << (c))
static const uint64_t few = BIT(CAP_CHOWN) | BIT(CAP_NET_RAW) | BIT(CAP_SYS_NICE) | BIT(CAP_SYS_TIME);

struct sets {
    uint64_t inheritable, permitted, effective, bounding, ambient;
};

static void get(struct sets *s)
{
    struct __user_cap_header_struct h = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct d[2];
    memset(s, 0, sizeof(*s));
    SYS(syscall(SYS_capget, &h, d));
    s->inheritable = d[0].inheritable | (uint64_t)d[1].inheritable << 32;
    s->permitted = d[0].permitted | (uint64_t)d[1].permitted << 32;
    s->effective = d[0].effective | (uint64_t)d[1].effective << 32;
    for (int c = 0; c < 64; c++) {
        s->bounding |= prctl(PR_CAPBSET_READ, c, 0, 0, 0) == 1 ? BIT(c) : 0;
        s->ambient |= prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, c, 0, 0) == 1 ? BIT(c) : 0;
    }
}

static void set(uint64_t inheritable, uint64_t permitted, uint64_t effective)
{
    struct __user_cap_header_struct h = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct d[2] = {
        {(uint32_t)effective, (uint32_t)permitted, (uint32_t)inheritable},
        {(uint32_t)(effective >> 32), (uint32_t)(permitted >> 32), (uint32_t)(inheritable >> 32)}};
    OFFER(syscall(SYS_capset, &h, d));
}

/* Root's, less one capability and one of the bounding set. */
static void less(const struct sets *s)
{
    SYS(prctl(PR_CAPBSET_DROP, CAP_SYS_BOOT, 0, 0, 0));
    set(0, s->permitted & ~BIT(CAP_MKNOD), s->permitted & ~BIT(CAP_MKNOD) & ~BIT(CAP_CHOWN));
}
/* What may be inherited, but is not in the bounding set any more. */
static void inheritable(const struct sets *s)
{
    set(few, s->permitted, s->permitted);
    for (int c = 0; c < 30; c++)
        SYS(prctl(PR_CAPBSET_DROP, c, 0, 0, 0));
}
/* An ordinary user with two, one of them switched on. */
static void user(const struct sets *s)
{
    (void)s;
    SYS(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0));
    SYS(syscall(SYS_setresuid, 1001, 1001, 1001));
    SYS(prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0));
    set(0, BIT(CAP_NET_BIND_SERVICE) | BIT(CAP_SYS_NICE), BIT(CAP_SYS_NICE));
}
/* An ordinary user whose programs get them too. */
static void ambient(const struct sets *s)
{
    (void)s;
    SYS(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0));
    SYS(syscall(SYS_setresuid, 1001, 1002, 1003));
    set(few, few, few);
    SYS(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_RAW, 0, 0));
    SYS(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_CHOWN, 0, 0));
    SYS(prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0));
    set(few, few, 0);
}
/* Root with nothing. */
static void none(const struct sets *s)
{
    (void)s;
    set(0, 0, 0);
}

static void (*const kinds[])(const struct sets *) = {less, inheritable, user, ambient, none};
#define NR (int)ARRAY_LEN(kinds)
static atomic_int up;

static void run(int i)
{
    struct sets had, now;
    get(&had);
    kinds[i](&had);
    get(&had);
    atomic_fetch_add(&up, 1);
    if (i == 0) {
        while (atomic_load(&up) < NR)
            sc_sleep_ns(MSEC);
        SYS(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)); /* the threads' new ids have cleared it */
        sc_hold();
    } else {
        sc_await_release();
    }
    get(&now);
    CHECK(!memcmp(&had, &now, sizeof(had)),
          "thread %d: inh %llx prm %llx eff %llx bnd %llx amb %llx, were %llx %llx %llx %llx %llx", i,
          (unsigned long long)now.inheritable, (unsigned long long)now.permitted,
          (unsigned long long)now.effective, (unsigned long long)now.bounding,
          (unsigned long long)now.ambient, (unsigned long long)had.inheritable,
          (unsigned long long)had.permitted, (unsigned long long)had.effective,
          (unsigned long long)had.bounding, (unsigned long long)had.ambient);
}

static void *body(void *arg)
{
    run((int)(intptr_t)arg);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t t[NR];
    struct sets s;
    sc_init(argc, argv);
    get(&s);
    if (geteuid() != 0 || (s.permitted & few) != few || !(s.permitted & BIT(CAP_SETPCAP)))
        sc_skip("needs root with capabilities to drop");
    for (intptr_t i = 1; i < NR; i++)
        t[i] = sc_thread(body, (void *)i);
    run(0);
    for (int i = 1; i < NR; i++)
        PT(pthread_join(t[i], NULL));
    return sc_finish();
}
