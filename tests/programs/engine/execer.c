/*
 * execer STATUS MODE: executes itself again and again, a generation each, until STATUS.go exists. MODE `leader`: the
 * only thread does it; `thread`: another one, which becomes the leader while the leader ends.
 */
#include "../selfcheck.h"

static char **args;

static void next_generation(void)
{
    execv("/proc/self/exe", args);
    sc_fail("execv: %s", strerror(errno));
}

static void *other(void *arg)
{
    (void)arg;
    next_generation();
    return NULL;
}

int main(int argc, char **argv)
{
    char number[24];
    sc_init(argc, argv);
    if (argc < 3)
        return 2;
    unsigned long generation = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
    if (generation == 0)
        sc_ready();
    CHECK(sc_tid() == getpid(), "the leader is %d in process %d", (int)sc_tid(), (int)getpid());
    if (sc_go()) {
        sc_note("generations %lu", generation);
        return sc_finish();
    }
    if (generation % 32 == 31)
        sc_sleep_ns(50 * MSEC); /* long enough for a dump to get through between two execs */
    snprintf(number, sizeof(number), "%lu", generation + 1);
    args = (char *[]){argv[0], argv[1], argv[2], number, NULL};
    if (strcmp(argv[2], "thread"))
        next_generation();
    sc_thread(other, NULL);
    for (;;)
        pause();
}
