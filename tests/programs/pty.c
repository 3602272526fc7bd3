/*
 * pty STATUS: pseudo terminals whose master sides are ours: a raw one and one with line editing, with settings, sizes,
 * modes and owners of their own; one that nobody has opened, a locked one, one whose slave side was closed; one in
 * packet mode. After the restore both sides talk to each other, and all of that is as it was.
 */
#include "selfcheck.h"
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>

#define MAX 3
static struct pair {
    int master, slave, number;
    char name[64];
    struct termios set;
    struct winsize size;
} pairs[MAX];

static int open_master(int flags)
{
    int fd = OFFER(posix_openpt(O_RDWR | O_NOCTTY | flags));
    SYS(grantpt(fd));
    return fd;
}

static int number_of(int master)
{
    int number;
    SYS(ioctl(master, TIOCGPTN, &number));
    return number;
}

static void open_pair(struct pair *p, int flags)
{
    p->master = open_master(flags);
    SYS(unlockpt(p->master));
    p->number = number_of(p->master);
    CHECK(ptsname_r(p->master, p->name, sizeof(p->name)) == 0, "ptsname_r");
    p->slave = SYS(open(p->name, O_RDWR | O_NOCTTY | flags));
    SYS(tcgetattr(p->slave, &p->set));
}

static void say(int from, int to, const char *text, const char *heard)
{
    char buffer[64] = "";
    size_t len = strlen(heard), got = 0;
    SYS(write(from, text, strlen(text)));
    while (got < len) {
        struct pollfd p = {.fd = to, .events = POLLIN};
        CHECK(poll(&p, 1, 10000) == 1, "nothing came of '%s'", text);
        got += (size_t)SYS(read(to, buffer + got, sizeof(buffer) - 1 - got));
    }
    CHECK(strcmp(buffer, heard) == 0, "heard '%s', not '%s'", buffer, heard);
}

static void set(struct pair *p, unsigned short rows, unsigned short cols)
{
    p->size = (struct winsize){rows, cols, (unsigned short)(cols * 8), (unsigned short)(rows * 16)};
    SYS(tcsetattr(p->slave, TCSANOW, &p->set));
    SYS(tcgetattr(p->slave, &p->set));
    SYS(ioctl(p->slave, TIOCSWINSZ, &p->size));
}

static void check(struct pair *p)
{
    struct termios now;
    struct winsize size;
    char name[64];
    memset(&now, 0, sizeof(now));
    SYS(tcgetattr(p->slave, &now));
    CHECK(now.c_iflag == p->set.c_iflag && now.c_oflag == p->set.c_oflag && now.c_cflag == p->set.c_cflag &&
              now.c_lflag == p->set.c_lflag && memcmp(now.c_cc, p->set.c_cc, sizeof(now.c_cc)) == 0 &&
              cfgetospeed(&now) == cfgetospeed(&p->set),
          "settings of %s", p->name);
    SYS(ioctl(p->master, TIOCGWINSZ, &size));
    CHECK(memcmp(&size, &p->size, sizeof(size)) == 0, "size of %s: %d %d", p->name, size.ws_row, size.ws_col);
    CHECK(number_of(p->master) == p->number, "number %d, not %d", number_of(p->master), p->number);
    CHECK(ptsname_r(p->master, name, sizeof(name)) == 0 && strcmp(name, p->name) == 0, "name %s", name);
    CHECK(ttyname_r(p->slave, name, sizeof(name)) == 0 && strcmp(name, p->name) == 0, "tty name %s", name);
}

/*
 * The kernel gives the lowest number that is free, to anybody's terminal: ours are high ones, so that they are free
 * still when we come back.
 */
static int fillers[200];
static void take_low_numbers(void)
{
    for (int i = 0; i < 50 + getpid() % 150; i++)
        fillers[i] = open_master(0);
}
static void leave_low_numbers(void)
{
    for (size_t i = 0; i < ARRAY_LEN(fillers) && fillers[i]; i++)
        SYS(close(fillers[i]));
}

int main(int argc, char **argv)
{
    struct stat st, now;
    int flag;
    char c;
    sc_init(argc, argv);

    take_low_numbers();
    int untouched = open_master(0), locked = open_master(0), left = open_master(0);
    SYS(unlockpt(untouched));
    SYS(unlockpt(left));
    char name[64];
    CHECK(ptsname_r(left, name, sizeof(name)) == 0, "ptsname_r");
    SYS(close(SYS(open(name, O_RDWR | O_NOCTTY))));

    open_pair(&pairs[0], 0);
    cfmakeraw(&pairs[0].set);
    cfsetspeed(&pairs[0].set, B9600);
    pairs[0].set.c_cc[VMIN] = 3;
    pairs[0].set.c_cc[VTIME] = 7;
    set(&pairs[0], 31, 97);
    pairs[0].set.c_cc[VMIN] = 1;
    set(&pairs[0], 31, 97);
    int further = SYS(open(pairs[0].name, O_RDWR | O_NOCTTY | O_NONBLOCK));
    SYS(fchmod(pairs[0].slave, 0604));
    SYS(fstat(pairs[0].slave, &st));

    open_pair(&pairs[1], O_NONBLOCK);
    pairs[1].set.c_cc[VERASE] = '#';
    pairs[1].set.c_iflag |= ICRNL;
    set(&pairs[1], 50, 132);

    open_pair(&pairs[2], 0);
    cfmakeraw(&pairs[2].set);
    set(&pairs[2], 1, 2);
    flag = 1;
    SYS(ioctl(pairs[2].master, TIOCPKT, &flag));
    SYS(ioctl(pairs[2].slave, TIOCEXCL));
    int copy = SYS(dup(pairs[2].master));
    leave_low_numbers();

    sc_hold();

    for (int i = 0; i < MAX; i++)
        check(&pairs[i]);
    say(pairs[0].master, pairs[0].slave, "raw\r\003", "raw\r\003");
    say(pairs[0].slave, pairs[0].master, "answer\n", "answer\n");
    say(pairs[0].master, further, "more", "more");
    CHECK((SYS(fcntl(further, F_GETFL)) & O_NONBLOCK) && !(SYS(fcntl(pairs[0].slave, F_GETFL)) & O_NONBLOCK), "flags");
    SYS(fstat(pairs[0].slave, &now));
    CHECK(now.st_mode == st.st_mode && now.st_uid == st.st_uid && now.st_gid == st.st_gid, "mode %o", now.st_mode);

    say(pairs[1].master, pairs[1].slave, "lx#ine\r", "line\n");
    say(pairs[1].slave, pairs[1].master, "", "lx\b \bine\r\n");
    CHECK(read(pairs[1].slave, &c, 1) < 0 && errno == EAGAIN, "a read does not say EAGAIN");

    SYS(ioctl(pairs[2].master, TIOCGPKT, &flag));
    CHECK(flag == 1, "packet mode");
    SYS(ioctl(pairs[2].slave, TIOCGEXCL, &flag));
    CHECK(flag == 1, "exclusive mode");
    SYS(write(pairs[2].slave, "x", 1));
    char packet[8];
    CHECK(read(copy, packet, sizeof(packet)) == 2 && packet[0] == TIOCPKT_DATA && packet[1] == 'x', "a packet");

    SYS(ioctl(locked, TIOCGPTLCK, &flag));
    CHECK(flag == 1, "locked");
    SYS(ioctl(untouched, TIOCGPTLCK, &flag));
    CHECK(flag == 0, "not locked");
    struct pollfd p = {.fd = untouched, .events = POLLIN};
    CHECK(poll(&p, 1, 0) == 0, "nobody had opened it: %x", p.revents);
    CHECK(read(left, &c, 1) < 0 && errno == EIO, "its slave was closed: %s", strerror(errno));
    SYS(close(SYS(open(name, O_RDWR | O_NOCTTY))));
    return sc_finish();
}
