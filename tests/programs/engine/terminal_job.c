/*
 * A job of a shell with job control, at a terminal that it turned the echo off of. While it waits for STATUS.go:
 *
 *   STATUS.ping   appends "pong": it runs
 *   STATUS.ask    reads a line from the terminal and appends "line LINE"
 *   SIGINT        appends "interrupted"; exit status 42
 */
#include "selfcheck.h"
#include <termios.h>

static volatile sig_atomic_t interrupted;

static void on_interrupt(int sig)
{
    (void)sig;
    interrupted = 1;
}

/* Is there STATUS+suffix? Then it is taken away. */
static bool asked(const char *suffix)
{
    char path[PATH_MAX];
    return unlink(sc_path(path, suffix)) == 0;
}

static void read_line(void)
{
    char line[256];
    ssize_t n = read(0, line, sizeof(line) - 1);
    if (n < 0 && errno == EINTR)
        return; /* by SIGINT, or continued after SIGTTIN */
    CHECK(n > 0, "read: %s", n == 0 ? "end of file" : strerror(errno));
    line[n] = 0;
    line[strcspn(line, "\n")] = 0;
    sc_note("line %s", line);
}

int main(int argc, char **argv)
{
    struct termios t;
    sc_init(argc, argv);
    SYS(tcgetattr(0, &t));
    t.c_lflag &= ~(tcflag_t)ECHO;
    SYS(tcsetattr(0, TCSANOW, &t));
    struct sigaction sa = {.sa_handler = on_interrupt};
    SYS(sigaction(SIGINT, &sa, NULL));
    sc_snapshot();
    sc_ready();
    while (!sc_go()) {
        if (interrupted) {
            sc_note("interrupted");
            return 42;
        }
        if (asked(".ping"))
            sc_note("pong");
        if (asked(".ask"))
            read_line();
        sc_slept_ns(2 * MSEC);
    }
    sc_compare();
    return sc_finish();
}
