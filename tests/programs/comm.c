/* Names of the task and of its threads, awkward bytes included. */
#include "selfcheck.h"

static const char names[4][16] = {"a) R 1 (b", "tab\tnew\nline", "\xff\xfe\x80 utf", "fifteen-bytes-x"};
static atomic_int up;

static void run(int i)
{
    char now[16] = {0}, path[64], text[64];
    SYS(prctl(PR_SET_NAME, names[i], 0, 0, 0));
    atomic_fetch_add(&up, 1);
    if (i == 0) {
        while (atomic_load(&up) < 4)
            sc_sleep_ns(MSEC);
        sc_hold();
    } else {
        sc_await_release();
    }
    SYS(prctl(PR_GET_NAME, now, 0, 0, 0));
    CHECK(!strcmp(now, names[i]), "name of thread %d is <%s>", i, now);
    snprintf(path, sizeof(path), "/proc/self/task/%d/comm", (int)sc_tid());
    size_t n = sc_slurp(path, text, sizeof(text));
    CHECK(n == strlen(names[i]) + 1 && !memcmp(text, names[i], n - 1), "comm of thread %d", i);
}

static void *body(void *arg)
{
    run((int)(intptr_t)arg);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t t[4];
    sc_init(argc, argv);
    for (intptr_t i = 1; i < 4; i++)
        t[i] = sc_thread(body, (void *)i);
    run(0);
    for (int i = 1; i < 4; i++)
        PT(pthread_join(t[i], NULL));
    return sc_finish();
}
