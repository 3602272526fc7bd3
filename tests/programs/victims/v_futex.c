/* Two threads hand a number to and fro by futex without time-out; a third waits with time-outs. */
#include "victim.h"

#define ROUNDS_PER_TICK 20

static uint32_t turn, never;
static uint64_t handed[2];
static atomic_int up;

static void await_turn(uint32_t mine)
{
    uint32_t now;
    while ((now = __atomic_load_n(&turn, __ATOMIC_SEQ_CST)) % 2 != mine) {
        long r = syscall(SYS_futex, &turn, 128, now, NULL, NULL, 0);
        /* SA_RESTART: without a time-out not even our signal shows */
        CHECK(r == 0 || errno == EAGAIN, "futex: %s%s", errno == EINTR ? "spurious " : "",
              strerror(errno));
    }
}

static void hand_over(uint32_t mine)
{
    handed[mine]++; /* before the other can see its turn, and count */
    uint32_t was = __atomic_fetch_add(&turn, 1, __ATOMIC_SEQ_CST);
    CHECK(was % 2 == mine, "turn %u was not ours", was);
    SYS(syscall(SYS_futex, &turn, 129, 1, NULL, NULL, 0));
}

static void *other(void *arg)
{
    (void)arg;
    atomic_fetch_add(&up, 1);
    for (;;) {
        await_turn(1);
        if (atomic_load(&v_stop))
            return NULL;
        hand_over(1);
    }
}

static void *timed(void *arg)
{
    (void)arg;
    atomic_fetch_add(&up, 1);
    uint64_t seed = 3;
    while (!atomic_load(&v_stop))
        v_futex_timeout(&never, (int64_t)(sc_rand(&seed) % (20 * MSEC)) + MSEC);
    return NULL;
}

int main(int argc, char **argv)
{
    v_init(argc, argv, 0);
    pthread_t a = sc_thread(other, NULL), b = sc_thread(timed, NULL);
    while (atomic_load(&up) < 2)
        sc_sleep_ns(MSEC);
    v_ready();
    while (v_tick())
        for (int i = 0; i < ROUNDS_PER_TICK; i++) {
            await_turn(0);
            CHECK(handed[0] == handed[1] && turn == (uint32_t)(handed[0] * 2), "a turn was lost");
            v_futex_timeout(&never, MSEC / 10);
            hand_over(0);
        }
    await_turn(0);
    v_end();
    hand_over(0);
    PT(pthread_join(a, NULL));
    PT(pthread_join(b, NULL));
    return sc_finish();
}
