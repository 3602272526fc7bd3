/* Exits 42 after ok. */
#include "selfcheck.h"

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    sc_hold();
    sc_finish();
    return 42;
}
