/* Ends by SIGTERM after ok. */
#include "selfcheck.h"

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    sc_hold();
    sc_finish();
    kill(getpid(), SIGTERM);
    pause();
    return 1;
}
