/* Alternate signal stacks: set in main and in one thread, none in another; then used. */
#include "selfcheck.h"

#define SIZE (64UL << 10)

static char *stacks[2];
static atomic_int up;
static __thread char *used; /* only compared */

static void handler(int sig)
{
    char here;
    (void)sig;
    __atomic_store_n(&used, &here, __ATOMIC_SEQ_CST);
}

static void run(int i)
{
    stack_t want = {.ss_sp = stacks[i < 2 ? i : 0], .ss_size = SIZE}, now;
    if (i < 2)
        SYS(sigaltstack(&want, NULL));
    atomic_fetch_add(&up, 1);
    if (i == 0) {
        while (atomic_load(&up) < 3)
            sc_sleep_ns(MSEC);
        sc_hold();
    } else {
        sc_await_release();
    }
    SYS(sigaltstack(NULL, &now));
    if (i < 2)
        CHECK(now.ss_sp == want.ss_sp && now.ss_size == SIZE && now.ss_flags == 0,
              "altstack of thread %d changed", i);
    else
        CHECK(now.ss_flags == SS_DISABLE, "thread %d got an altstack", i);
    SYS(syscall(SYS_tgkill, getpid(), sc_tid(), SIGUSR1));
    CHECK(used, "thread %d: no signal", i);
    bool on = false;
    for (int k = 0; k < 2; k++)
        on |= used >= stacks[k] && used < stacks[k] + SIZE && k == i;
    CHECK(on == (i < 2), "thread %d: the handler ran on the wrong stack", i);
}

static void *body(void *arg)
{
    run((int)(intptr_t)arg);
    return NULL;
}

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    for (int i = 0; i < 2; i++)
        stacks[i] = SYS(mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    struct sigaction sa = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
    SYS(sigaction(SIGUSR1, &sa, NULL));
    pthread_t a = sc_thread(body, (void *)1), b = sc_thread(body, (void *)2);
    run(0);
    PT(pthread_join(a, NULL));
    PT(pthread_join(b, NULL));
    return sc_finish();
}
