/* The demo: a loop increments a counter and appends it to STATUS.count every 50 ms. */
#include "selfcheck.h"

static volatile uint64_t counter, shadow;

int main(int argc, char **argv)
{
    char path[PATH_MAX], line[32];
    uint64_t written = 0;
    sc_init(argc, argv);
    sc_snapshot();
    sc_ready();
    for (int tick = 0; tick % 5 || !sc_go(); tick++) {
        counter = counter + 1;
        shadow = shadow - 1;
        CHECK(counter + shadow == 0, "counter %llu does not fit its shadow",
              (unsigned long long)counter);
        sc_sleep_ns(MSEC);
        if (tick % 50 == 0) {
            written = counter;
            snprintf(line, sizeof(line), "%llu\n", (unsigned long long)written);
            sc_append(".count", line);
        }
    }
    sc_compare();

    static char text[1 << 20];
    size_t n = sc_slurp(sc_path(path, ".count"), text, sizeof(text));
    while (n && text[n - 1] == '\n')
        text[--n] = 0;
    char *last = strrchr(text, '\n');
    CHECK(strtoull(last ? last + 1 : text, NULL, 10) == written, "last line of %s is not %llu",
          path, (unsigned long long)written);
    return sc_finish();
}
