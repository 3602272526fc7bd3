/* Registrations with membarrier(2): the commands that need one go on to work, and the others to fail. */
#include "selfcheck.h"

#define NR_MEMBARRIER 324
#define GLOBAL_EXPEDITED (1 << 1)
#define REGISTER_GLOBAL_EXPEDITED (1 << 2)
#define PRIVATE_EXPEDITED (1 << 3)
#define REGISTER_PRIVATE_EXPEDITED (1 << 4)
#define PRIVATE_EXPEDITED_RSEQ (1 << 7)
#define GET_REGISTRATIONS (1 << 9)

static long membarrier(int command)
{
    return syscall(NR_MEMBARRIER, command, 0, 0);
}

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    OFFER(membarrier(REGISTER_PRIVATE_EXPEDITED));
    if (argc == 2) /* before Linux 6.3 nothing tells of this one */
        OFFER(membarrier(REGISTER_GLOBAL_EXPEDITED));
    long had = OFFER(membarrier(GET_REGISTRATIONS));

    sc_hold();

    long now = SYS(membarrier(GET_REGISTRATIONS));
    CHECK(now == had, "registrations %lx, were %lx", now, had);
    SYS(membarrier(PRIVATE_EXPEDITED));
    if (argc == 2)
        SYS(membarrier(GLOBAL_EXPEDITED));
    CHECK(membarrier(PRIVATE_EXPEDITED_RSEQ) == -1 && errno == EPERM,
          "a command works that was never registered for");
    return sc_finish();
}
