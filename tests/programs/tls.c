/* Thread-local variables and the fs base of several threads. */
#include "selfcheck.h"
#include <sys/prctl.h>

#define ARCH_GET_FS 0x1003
#define NR 5

static __thread uint64_t initialised = 0x1122334455667788ULL;
static __thread uint8_t zeroed[5000];
static __thread int own_errno_like;
static atomic_int up;
static pthread_key_t key;

static void work(int i)
{
    uint64_t fs0 = 0, fs1 = 0;
    CHECK(initialised == 0x1122334455667788ULL, "TLS initial value");
    initialised += (uint64_t)i;
    sc_fill(zeroed, sizeof(zeroed), (uint64_t)i);
    own_errno_like = i * 3;
    PT(pthread_setspecific(key, (void *)(intptr_t)(i + 1)));
    void *where = &initialised;
    SYS(syscall(SYS_arch_prctl, ARCH_GET_FS, &fs0));
    atomic_fetch_add(&up, 1);
    if (i == 0) {
        while (atomic_load(&up) < NR)
            sc_sleep_ns(MSEC);
        sc_hold();
    } else {
        sc_await_release();
    }
    SYS(syscall(SYS_arch_prctl, ARCH_GET_FS, &fs1));
    CHECK(fs0 == fs1, "fs base was %llx is %llx", (unsigned long long)fs0, (unsigned long long)fs1);
    CHECK(where == &initialised && initialised == 0x1122334455667788ULL + (uint64_t)i &&
              own_errno_like == i * 3, "TLS of thread %d", i);
    CHECK(sc_verify(zeroed, sizeof(zeroed), (uint64_t)i) < 0, "TLS block of thread %d", i);
    CHECK((intptr_t)pthread_getspecific(key) == i + 1, "thread-specific value of thread %d", i);
}

static void *body(void *arg)
{
    work((int)(intptr_t)arg);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t t[NR];
    sc_init(argc, argv);
    PT(pthread_key_create(&key, NULL));
    for (int i = 1; i < NR; i++)
        t[i] = sc_thread(body, (void *)(intptr_t)i);
    work(0);
    for (int i = 1; i < NR; i++)
        PT(pthread_join(t[i], NULL));
    return sc_finish();
}
