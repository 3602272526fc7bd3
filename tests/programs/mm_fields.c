/* argv overwritten in place, as setproctitle does. */
#include "selfcheck.h"

static const char title[] = "title: worker 7 [busy]";

int main(int argc, char **argv)
{
    static char was[4096], is[4096];
    sc_init(argc, argv);
    size_t room = (size_t)(argv[argc - 1] + strlen(argv[argc - 1]) + 1 - argv[0]);
    memset(argv[0], 0, room);
    memcpy(argv[0], title, room < sizeof(title) ? room - 1 : sizeof(title) - 1);
    size_t n = sc_slurp("/proc/self/cmdline", was, sizeof(was));
    CHECK(!strncmp(was, title, room < sizeof(title) ? room - 1 : sizeof(title) - 1), "the title was not taken");
    sc_hold();
    CHECK(sc_slurp("/proc/self/cmdline", is, sizeof(is)) == n && !memcmp(was, is, n), "cmdline is <%s>", is);
    return sc_finish();
}
