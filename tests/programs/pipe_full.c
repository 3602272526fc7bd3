/* Full pipes: one full of bytes, one packet pipe whose slots are all taken by ten bytes each. */
#include "selfcheck.h"

static uint8_t in[1 << 17], out[1 << 17];

int main(int argc, char **argv)
{
    int a[2], b[2], packets = 0;
    size_t len = 0;
    ssize_t n;
    sc_init(argc, argv);
    SYS(pipe2(a, O_NONBLOCK));
    SYS(pipe2(b, O_NONBLOCK | O_DIRECT));
    sc_fill(in, sizeof(in), 3);
    while ((n = write(a[1], in + len, 3333)) > 0)
        len += (size_t)n;
    CHECK(errno == EAGAIN, "write: %s", strerror(errno));
    while (write(b[1], in + packets * 10, 10) == 10)
        packets++;
    sc_hold();
    CHECK(write(a[1], in, 4096) == -1 && errno == EAGAIN, "the pipe is not full");
    CHECK(write(b[1], in, 10) == -1 && errno == EAGAIN, "the packet pipe is not full");
    size_t got = 0;
    while ((n = read(a[0], out + got, sizeof(out) - got)) > 0)
        got += (size_t)n;
    CHECK(got == len && !memcmp(in, out, len), "%zu bytes of %zu", got, len);
    for (int i = 0; i < packets; i++)
        CHECK(read(b[0], out, 100) == 10 && !memcmp(out, in + i * 10, 10), "packet %d", i);
    CHECK(read(b[0], out, 100) == -1 && errno == EAGAIN, "more packets than were sent");
    CHECK(write(a[1], in, 65536) == 65536, "the emptied pipe does not take 64 KiB");
    return sc_finish();
}
