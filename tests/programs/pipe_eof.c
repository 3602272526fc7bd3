/* A pipe whose write end is closed, with 100 bytes left, and an empty one. */
#include "selfcheck.h"

int main(int argc, char **argv)
{
    uint8_t buf[200];
    int p[2], q[2];
    sc_init(argc, argv);
    SYS(pipe(p));
    SYS(pipe(q));
    sc_fill(buf, 100, 4);
    SYS(write(p[1], buf, 100));
    SYS(close(p[1]));
    SYS(close(q[1]));
    sc_hold();
    CHECK(read(p[0], buf, 200) == 100 && sc_verify(buf, 100, 4) < 0, "content");
    CHECK(read(p[0], buf, 200) == 0 && read(q[0], buf, 200) == 0, "no end of file");
    return sc_finish();
}
