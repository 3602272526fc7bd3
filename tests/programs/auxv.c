/* The auxiliary vector: as the kernel tells it and as the C library does. */
#include "selfcheck.h"
#include <elf.h>
#include <sys/auxv.h>

int main(int argc, char **argv)
{
    static char was[4096], is[4096];
    static const unsigned long keys[] = {AT_PHDR, AT_ENTRY, AT_BASE, AT_SYSINFO_EHDR, AT_RANDOM,
                                         AT_EXECFN, AT_HWCAP, AT_HWCAP2, AT_PAGESZ, AT_SECURE};
    unsigned long values[ARRAY_LEN(keys)];
    uint8_t random[16];
    sc_init(argc, argv);
    size_t n = sc_slurp("/proc/self/auxv", was, sizeof(was));
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        values[i] = getauxval(keys[i]);
    memcpy(random, (void *)getauxval(AT_RANDOM), 16);
    sc_hold();
    CHECK(sc_slurp("/proc/self/auxv", is, sizeof(is)) == n && !memcmp(was, is, n), "/proc/self/auxv changed");
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        CHECK(values[i] == getauxval(keys[i]), "auxv entry %lu changed", keys[i]);
    CHECK(!memcmp(random, (void *)getauxval(AT_RANDOM), 16), "AT_RANDOM bytes changed");
    const Elf64_Ehdr *vdso = (void *)getauxval(AT_SYSINFO_EHDR);
    CHECK(vdso && !memcmp(vdso->e_ident, ELFMAG, SELFMAG), "no vdso where AT_SYSINFO_EHDR says");
    return sc_finish();
}
