/*
 * pty_ctty STATUS: leads a session whose controlling terminal is a pseudo terminal that it holds both sides of. After
 * the restore what is typed there makes signals, and /dev/tty is that terminal.
 */
#include "selfcheck.h"
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>

static atomic_int interrupted, resized;
static void on_int(int sig)
{
    atomic_fetch_add(sig == SIGINT ? &interrupted : &resized, 1);
}

static void await(atomic_int *count, int wanted)
{
    for (int i = 0; i < 5000 && atomic_load(count) < wanted; i++)
        sc_slept_ns(MSEC);
    CHECK(atomic_load(count) == wanted, "%d signals, not %d", atomic_load(count), wanted);
}

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    struct sigaction sa = {.sa_handler = on_int, .sa_flags = SA_RESTART};
    struct winsize size = {24, 80, 0, 0};
    struct termios set;
    if (getsid(0) != getpid())
        SYS(setsid());
    SYS(sigaction(SIGINT, &sa, NULL));
    SYS(sigaction(SIGWINCH, &sa, NULL));
    /* A high number, which is free still when we come back. */
    int fillers[200], nr = 50 + getpid() % 150;
    for (int i = 0; i < nr; i++)
        fillers[i] = OFFER(posix_openpt(O_RDWR | O_NOCTTY));
    int master = SYS(posix_openpt(O_RDWR | O_NOCTTY));
    for (int i = 0; i < nr; i++)
        SYS(close(fillers[i]));
    SYS(grantpt(master));
    SYS(unlockpt(master));
    int slave = SYS(open(ptsname(master), O_RDWR | O_NOCTTY));
    SYS(tcgetattr(slave, &set));
    set.c_lflag &= ~(tcflag_t)(ECHO | ICANON);
    SYS(tcsetattr(slave, TCSANOW, &set));
    SYS(ioctl(slave, TIOCSWINSZ, &size));
    SYS(ioctl(slave, TIOCSCTTY, 0));
    int tty = SYS(open("/dev/tty", O_RDWR));
    SYS(write(master, "\003", 1));
    await(&interrupted, 1);
    sc_hold();

    CHECK(tcgetsid(slave) == getpid(), "session %d", tcgetsid(slave));
    CHECK(tcgetpgrp(tty) == getpgrp(), "foreground group %d", tcgetpgrp(tty));
    SYS(write(master, "\003", 1));
    await(&interrupted, 2);
    size.ws_row = 40;
    SYS(ioctl(master, TIOCSWINSZ, &size));
    await(&resized, 1);
    char c;
    SYS(write(master, "y", 1));
    CHECK(read(tty, &c, 1) == 1 && c == 'y', "read from /dev/tty");
    SYS(close(SYS(open("/dev/tty", O_RDWR))));
    return sc_finish();
}
