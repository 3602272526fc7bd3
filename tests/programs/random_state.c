/*
 * random_state STATUS SEED: a program with random state of every kind that is saved. It notes what it has, and after the
 * restore checks all of it: what sc_compare sees, and what each part of random/ has noted.
 */
#include "random/random.h"
#include "random/memory.h"
#include "random/events.h"
#include "random/files.h"
#include "random/signals.h"
#include "random/sockets.h"
#include "random/threads.h"
#include "random/timers.h"
#include <sys/resource.h>

static void settings_make(void)
{
    static const int resources[] = {RLIMIT_CORE, RLIMIT_MSGQUEUE, RLIMIT_RTTIME, RLIMIT_LOCKS, RLIMIT_NICE};
    char path[PATH_MAX], text[16];
    umask((mode_t)below(01000) & 077); /* the status file must be ours to write */
    if (chance(50)) {
        sc_path(path, ".folder");
        CHECK(mkdir(path, 0700) == 0 || errno == EEXIST, "mkdir");
        SYS(chdir(path));
    }
    for (size_t i = 0; i < ARRAY_LEN(resources); i++) {
        struct rlimit limit;
        SYS(getrlimit(resources[i], &limit));
        limit.rlim_cur = below(limit.rlim_max > 1000000 ? 1000000 : limit.rlim_max + 1);
        if (chance(50))
            SYS(setrlimit(resources[i], &limit));
    }
    snprintf(text, sizeof(text), "r%llx", (unsigned long long)below(1ULL << 40));
    SYS(prctl(PR_SET_NAME, text));
}

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    if (argc < 3)
        return 2;
    random_seed(strtoull(argv[2], NULL, 10));
    settings_make();
    memory_make();
    files_make();
    sockets_make();
    events_make();
    files_share();
    timers_make();
    signals_make();
    threads_make();
    signals_send();
    memory_note();
    events_note();

    sc_snapshot();
    sc_ready();
    sc_wait();
    /* a thread that a dump has stopped in sigwait blocks other signals until it is there again */
    threads_settle();
    sc_compare();
    sc_release();

    threads_check();
    timers_check();
    signals_check();
    events_check();
    files_check();
    sockets_check();
    memory_check();
    return sc_finish();
}
