/*
 * random_state STATUS SEED: a program with random state of every kind that is saved. It notes what it has, and after the
 * restore checks all of it: what sc_compare sees, and what each part of random/ has noted.
 */
#include "random/random.h"
#include "random/memory.h"
#include "random/files.h"
#include "random/signals.h"
#include "random/threads.h"
#include <sys/resource.h>
#include <sys/time.h>

static struct itimerval timers[3];
static int64_t armed_at;

static void on_timer(int sig)
{
    sc_fail("timer signal %d long before its time", sig);
}

/* They run for hours, so none ends while we look. */
static void timers_make(void)
{
    static const int signals[] = {SIGALRM, SIGVTALRM, SIGPROF};
    armed_at = sc_now();
    for (int which = 0; which < 3; which++) {
        SYS(signal(signals[which], on_timer) == SIG_ERR ? -1 : 0);
        if (chance(50))
            continue;
        timers[which].it_value.tv_sec = (time_t)between(10000, 100000);
        timers[which].it_value.tv_usec = (suseconds_t)below(1000000);
        if (chance(50))
            timers[which].it_interval = (struct timeval){(time_t)below(1000), 1 + (suseconds_t)below(999999)};
        SYS(setitimer(which, &timers[which], NULL));
    }
}

static int64_t micros(struct timeval t)
{
    return t.tv_sec * 1000000LL + t.tv_usec;
}

static void timers_check(void)
{
    int64_t passed = (sc_now() - armed_at) / 1000;
    for (int which = 0; which < 3; which++) {
        struct itimerval now;
        SYS(getitimer(which, &now));
        int64_t was = micros(timers[which].it_value), left = micros(now.it_value);
        CHECK(micros(now.it_interval) == micros(timers[which].it_interval), "interval of timer %d", which);
        /* NB: the kernel adds a tick to a CPU timer whenever it is set, so at each restore too */
        CHECK(was == 0 ? left == 0 : left <= was + 50000 && left >= was - passed - 50000,
              "timer %d was set to %lld us, has %lld left after %lld", which, (long long)was, (long long)left,
              (long long)passed);
    }
}

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
    timers_make();
    signals_make();
    threads_make();
    signals_send();
    memory_note();

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
    files_check();
    memory_check();
    return sc_finish();
}
