/* Six threads beside main: sleeping, polling, timed futex, registers, and two that talk through a pipe. */
#include "victim.h"

static atomic_int up;
static int silent[2], talk[2];
static uint32_t never;

static void *body(void *arg)
{
    int kind = (int)(intptr_t)arg;
    uint64_t seed = (uint64_t)kind + 1, sequence = 0, got;
    atomic_fetch_add(&up, 1);
    for (uint64_t round = 0; !atomic_load(&v_stop); round++) {
        int64_t ns = (int64_t)(sc_rand(&seed) % (15 * MSEC)) + MSEC;
        switch (kind) {
        case 0:
            v_nap(ns, round % 3 == 0);
            break;
        case 1:
            CHECK(!v_wait_fd((int)(round % 4), silent[0], (int)(ns / MSEC)), "data from nowhere");
            break;
        case 2:
            v_futex_timeout(&never, ns);
            break;
        case 3:
            v_registers(round);
            break;
        case 4:
            SYS(write(talk[1], &sequence, sizeof(sequence)));
            sequence++;
            v_nap(ns / 4, false);
            break;
        default:
            CHECK(read(talk[0], &got, sizeof(got)) == sizeof(got), "read: %s", strerror(errno));
            if (got == UINT64_MAX)
                return NULL;
            CHECK(got == sequence, "number %llu came as %llu", (unsigned long long)sequence,
                  (unsigned long long)got);
            sequence++;
        }
    }
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t t[6];
    static const uint64_t last = UINT64_MAX;
    v_init(argc, argv, 0);
    SYS(pipe(silent));
    SYS(pipe(talk));
    for (intptr_t i = 0; i < 6; i++)
        t[i] = sc_thread(body, (void *)i);
    while (atomic_load(&up) < 6)
        sc_sleep_ns(MSEC);
    v_ready();
    while (v_tick())
        v_nap(3 * MSEC, false);
    v_end();
    for (int i = 0; i < 5; i++)
        PT(pthread_join(t[i], NULL));
    SYS(write(talk[1], &last, sizeof(last)));
    PT(pthread_join(t[5], NULL));
    return sc_finish();
}
