/* No open descriptor at all: 0, 1 and 2 are closed too. */
#include "selfcheck.h"

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    for (int i = 0; i < 1024; i++)
        close(i);
    sc_hold();
    for (int i = 0; i < 1024; i++)
        CHECK(fcntl(i, F_GETFD) == -1 && errno == EBADF, "descriptor %d is open", i);
    CHECK(open("/dev/null", O_RDWR) == 0, "the lowest descriptor is not 0");
    return sc_finish();
}
