/* PR_SET_MDWE: what is writable gets no execute permission any more, but what had both before keeps them. */
#include "selfcheck.h"
#include <sys/wait.h>

#define SET_MDWE 65
#define GET_MDWE 66
#define REFUSE_EXEC_GAIN 1
#define NO_INHERIT 2

static char *page(int prot)
{
    return SYS(mmap(NULL, SC_PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

static int call(const char *code) { return ((int (*)(void))(uintptr_t)code)(); }

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    char *both = page(PROT_READ | PROT_WRITE | PROT_EXEC);
    memcpy(both, "\xb8\x2a\x00\x00\x00\xc3", 6); /* mov eax,42; ret */
    char *code = page(PROT_READ | PROT_WRITE);
    memcpy(code, both, 6);
    SYS(mprotect(code, SC_PAGE, PROT_READ | PROT_EXEC));
    char *data = page(PROT_READ | PROT_WRITE);
    int bits = REFUSE_EXEC_GAIN | NO_INHERIT;
    if (prctl(SET_MDWE, bits, 0, 0, 0) == -1)
        OFFER(prctl(SET_MDWE, bits = REFUSE_EXEC_GAIN, 0, 0, 0));

    sc_hold();

    CHECK(prctl(GET_MDWE, 0, 0, 0, 0) == bits, "PR_GET_MDWE is not %d", bits);
    CHECK(mprotect(data, SC_PAGE, PROT_READ | PROT_EXEC) == -1 && errno == EACCES, "data became code");
    CHECK(mmap(NULL, SC_PAGE, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED,
          "a mapping that is both");
    CHECK(call(code) == 42, "the code");
    both[1] = 43;
    CHECK(call(both) == 43, "what was both before");
    pid_t child = SYS(fork());
    if (child == 0)
        _exit(prctl(GET_MDWE, 0, 0, 0, 0));
    int status;
    SYS(waitpid(child, &status, 0));
    CHECK(WEXITSTATUS(status) == (bits & NO_INHERIT ? 0 : bits), "a child has %d", WEXITSTATUS(status));
    return sc_finish();
}
