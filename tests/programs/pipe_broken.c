/* A pipe whose read end is closed: writing gives EPIPE and SIGPIPE. */
#include "selfcheck.h"

static volatile sig_atomic_t got;

static void handler(int sig)
{
    (void)sig;
    got++;
}

int main(int argc, char **argv)
{
    int p[2];
    sc_init(argc, argv);
    struct sigaction sa = {.sa_handler = handler};
    SYS(sigaction(SIGPIPE, &sa, NULL));
    SYS(pipe(p));
    SYS(write(p[1], "lost", 4));
    SYS(close(p[0]));
    sc_hold();
    CHECK(write(p[1], "x", 1) == -1 && errno == EPIPE && got == 1, "writing: %s, %d signals",
          strerror(errno), (int)got);
    return sc_finish();
}
