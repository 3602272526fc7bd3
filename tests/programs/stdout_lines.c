/* Writes a line before and one after, to wherever standard output leads then. */
#include "selfcheck.h"

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    CHECK(write(1, "before\n", 7) == 7, "write");
    sc_ready();
    sc_wait();
    CHECK(write(1, "after\n", 6) == 6, "write: %s", strerror(errno));
    return sc_finish();
}
