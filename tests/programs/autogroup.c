/* The nice value of the autogroup that the session of the task is. */
#include "selfcheck.h"

#define FILE_NAME "/proc/self/autogroup"

static int nice_now(void)
{
    char text[64];
    int number, nice = 99;
    sc_slurp(FILE_NAME, text, sizeof(text));
    if (sscanf(text, "/autogroup-%d nice %d", &number, &nice) != 2)
        sc_skip("no autogroup: %s", text);
    return nice;
}

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    if (getsid(0) != getpid())
        OFFER(setsid());
    int fd = OFFER(open(FILE_NAME, O_WRONLY | O_CLOEXEC));
    nice_now();
    OFFER(write(fd, "7", 1));
    SYS(close(fd));

    sc_hold();

    CHECK(nice_now() == 7, "the nice value is %d, not 7", nice_now());
    return sc_finish();
}
