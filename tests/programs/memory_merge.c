/* PR_SET_MEMORY_MERGE: pages of all memory may be merged, but for a mapping that was taken out; new memory too. */
#include "selfcheck.h"

#define SET_MEMORY_MERGE 67
#define GET_MEMORY_MERGE 68

static char *page(void)
{
    /* Protections that differ from the neighbours' keep it a mapping of its own. */
    char *p = SYS(mmap(NULL, 3 * SC_PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    SYS(mprotect(p + SC_PAGE, SC_PAGE, PROT_READ | PROT_WRITE));
    return p + SC_PAGE;
}

static bool mergeable(const char *p)
{
    char line[1024], start[32];
    snprintf(start, sizeof(start), "%lx-", (unsigned long)p);
    FILE *smaps = fopen("/proc/self/smaps", "r");
    CHECK(smaps, "smaps");
    bool here = false;
    while (fgets(line, sizeof(line), smaps)) {
        here |= !strncmp(line, start, strlen(start));
        if (here && !strncmp(line, "VmFlags:", 8)) {
            fclose(smaps);
            return strstr(line, " mg") != NULL;
        }
    }
    sc_fail("no mapping begins at %s", start);
}

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    char *before = page(), *out = page();
    OFFER(prctl(SET_MEMORY_MERGE, 1, 0, 0, 0));
    SYS(madvise(out, SC_PAGE, MADV_UNMERGEABLE));
    char *after = page();
    CHECK(mergeable(before) && mergeable(after) && !mergeable(out), "not as it should be at first");

    sc_hold();

    CHECK(prctl(GET_MEMORY_MERGE, 0, 0, 0, 0) == 1, "PR_GET_MEMORY_MERGE");
    CHECK(mergeable(before) && mergeable(after), "a mapping is not mergeable any more");
    CHECK(!mergeable(out), "what was taken out is mergeable");
    CHECK(mergeable(page()), "new memory is not mergeable");
    SYS(prctl(SET_MEMORY_MERGE, 0, 0, 0, 0));
    CHECK(!mergeable(before), "it cannot be switched off");
    return sc_finish();
}
