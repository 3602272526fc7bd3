/* A pipe with 40,000 bytes (the first part already read), its own capacity, flags per end. */
#include "selfcheck.h"

#define LEN 45000
#define TAKEN 5000

int main(int argc, char **argv)
{
    static uint8_t in[LEN], out[LEN];
    int p[2], size;
    sc_init(argc, argv);
    SYS(pipe2(p, O_CLOEXEC));
    size = SYS(fcntl(p[1], F_SETPIPE_SZ, 1 << 18));
    SYS(fcntl(p[0], F_SETFL, O_NONBLOCK));
    SYS(fcntl(p[1], F_SETFD, 0));
    int twin = SYS(dup(p[1]));
    sc_fill(in, LEN, 8);
    CHECK(write(p[1], in, LEN) == LEN && read(p[0], out, TAKEN) == TAKEN, "setting up");
    sc_hold();
    CHECK(fcntl(p[0], F_GETPIPE_SZ) == size, "capacity is %d, was %d", fcntl(p[0], F_GETPIPE_SZ), size);
    CHECK((fcntl(p[0], F_GETFL) & O_NONBLOCK) && !(fcntl(p[1], F_GETFL) & O_NONBLOCK), "O_NONBLOCK");
    CHECK(fcntl(p[0], F_GETFD) == FD_CLOEXEC && fcntl(p[1], F_GETFD) == 0, "close-on-exec");
    ssize_t n = read(p[0], out, LEN);
    CHECK(n == LEN - TAKEN, "%zd bytes in the pipe", n);
    CHECK(!memcmp(out, in + TAKEN, LEN - TAKEN), "content");
    CHECK(read(p[0], out, 1) == -1 && errno == EAGAIN, "the empty pipe does not say EAGAIN");
    CHECK(write(twin, "x", 1) == 1 && read(p[0], out, 2) == 1 && out[0] == 'x', "through the dup");
    SYS(close(p[1]));
    CHECK(read(p[0], out, 1) == -1 && errno == EAGAIN, "end of file though the dup is open");
    SYS(close(twin));
    CHECK(read(p[0], out, 1) == 0, "no end of file");
    return sc_finish();
}
