/* Named pipes: content, capacity, both ends, an end that is alone, a reader that never saw a writer. */
#include "selfcheck.h"
#include <poll.h>
#include <sys/ioctl.h>

#define LEN 20000

static uint8_t in[LEN], out[LEN];

static int fifo(const char *suffix, int flags)
{
    char path[PATH_MAX];
    CHECK(mkfifo(sc_path(path, suffix), 0600) == 0 || errno == EEXIST, "mkfifo: %s", strerror(errno));
    return SYS(open(path, flags));
}

static short events(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    SYS(poll(&p, 1, 0));
    return p.revents;
}

int main(int argc, char **argv)
{
    int waiting = 0;
    sc_init(argc, argv);
    CHECK(signal(SIGPIPE, SIG_IGN) != SIG_ERR, "signal");
    int both = fifo(".both", O_RDWR | O_CLOEXEC), rd = fifo(".both", O_RDONLY | O_NONBLOCK),
        wr = fifo(".both", O_WRONLY | O_APPEND);
    int size = SYS(fcntl(wr, F_SETPIPE_SZ, 1 << 17));
    sc_fill(in, LEN, 3);
    CHECK(write(wr, in, LEN) == LEN, "setting up");

    int fresh = fifo(".fresh", O_RDONLY | O_NONBLOCK);
    int left = fifo(".left", O_RDONLY | O_NONBLOCK), writer = fifo(".left", O_WRONLY);
    SYS(write(writer, "tail", 4));
    SYS(close(writer));
    int reader = fifo(".alone", O_RDONLY | O_NONBLOCK), alone = fifo(".alone", O_WRONLY);
    SYS(close(reader));
    CHECK(events(fresh) == 0 && events(left) == (POLLIN | POLLHUP), "setting up the ends");

    sc_hold();

    CHECK(fcntl(both, F_GETPIPE_SZ) == size, "capacity %d", fcntl(both, F_GETPIPE_SZ));
    CHECK(fcntl(rd, F_GETFL) & O_NONBLOCK && fcntl(wr, F_GETFL) & O_APPEND &&
          !(fcntl(wr, F_GETFL) & O_NONBLOCK) && !(fcntl(both, F_GETFL) & O_NONBLOCK), "flags");
    SYS(ioctl(both, FIONREAD, &waiting));
    CHECK(waiting == LEN && read(rd, out, LEN) == LEN && !memcmp(in, out, LEN), "content: %d", waiting);
    CHECK(write(both, "x", 1) == 1 && read(rd, out, 2) == 1 && read(rd, out, 1) == -1 && errno == EAGAIN,
          "both ways");
    CHECK(events(fresh) == 0, "a reader saw a writer that never was: %x", events(fresh));
    CHECK(events(left) == (POLLIN | POLLHUP) && read(left, out, 8) == 4 && read(left, out, 8) == 0,
          "the end of a pipe whose writer has gone");
    CHECK(write(alone, "x", 1) == -1 && errno == EPIPE, "a reader is there that never was");
    writer = fifo(".fresh", O_WRONLY);
    CHECK(write(writer, "hi", 2) == 2 && read(fresh, out, 8) == 2, "a new writer");
    SYS(close(writer));
    CHECK(events(fresh) == POLLHUP, "no hangup");
    return sc_finish();
}
