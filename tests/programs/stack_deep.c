/* Deep recursion with content in every frame; the stack still grows after go. */
#include "selfcheck.h"

static volatile int sink;

static __attribute__((noinline)) void grow(int depth)
{
    volatile uint8_t frame[4096];
    frame[0] = frame[4095] = (uint8_t)depth;
    if (depth < 300)
        grow(depth + 1);
    CHECK(frame[0] == (uint8_t)depth && frame[4095] == (uint8_t)depth, "new frame %d", depth);
    sink += frame[0];
}

static __attribute__((noinline)) void descend(int depth)
{
    uint8_t frame[1000];
    sc_fill(frame, sizeof(frame), (uint64_t)depth);
    if (depth < 1500) {
        descend(depth + 1);
    } else {
        sc_hold();
        grow(0); /* over 1 MiB more */
    }
    CHECK(sc_verify(frame, sizeof(frame), (uint64_t)depth) < 0, "frame %d", depth);
    sink += frame[0];
}

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    descend(0);
    return sc_finish();
}
