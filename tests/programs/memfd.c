/* memfds: descriptor, mapping, offset, seals, size, mode and sparse content. */
#include "selfcheck.h"

int main(int argc, char **argv)
{
    static uint8_t page[SC_PAGE];
    struct stat st;
    sc_init(argc, argv);
    int fd = SYS(memfd_create("ckpt test (x)", MFD_ALLOW_SEALING | MFD_CLOEXEC));
    SYS(ftruncate(fd, 1 << 20));
    uint8_t *p = SYS(mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    for (size_t i = 0; i < 256; i += 9)
        sc_fill(p + i * SC_PAGE, SC_PAGE, i);
    SYS(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW));
    SYS(fchmod(fd, 0600));
    SYS(lseek(fd, 12345, SEEK_SET));
    int sealed = SYS(memfd_create("sealed", MFD_ALLOW_SEALING));
    sc_fill(page, SC_PAGE, 999);
    SYS(write(sealed, page, 3000));
    SYS(fcntl(sealed, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL));
    int plain = SYS(memfd_create("plain", 0)); /* has F_SEAL_SEAL */

    sc_hold();

    CHECK(fcntl(fd, F_GET_SEALS) == (F_SEAL_SHRINK | F_SEAL_GROW), "seals %x", fcntl(fd, F_GET_SEALS));
    CHECK(fcntl(sealed, F_GET_SEALS) == (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL),
          "seals of the second %x", fcntl(sealed, F_GET_SEALS));
    CHECK(fcntl(plain, F_GET_SEALS) == F_SEAL_SEAL, "seals of the third %x", fcntl(plain, F_GET_SEALS));
    CHECK(lseek(fd, 0, SEEK_CUR) == 12345 && lseek(sealed, 0, SEEK_CUR) == 3000, "an offset moved");
    SYS(fstat(fd, &st));
    CHECK(st.st_size == 1 << 20 && (st.st_mode & 07777) == 0600, "size %ld mode %o", (long)st.st_size,
          (unsigned)st.st_mode);
    for (size_t i = 0; i < 256; i++) {
        SYS(pread(fd, page, SC_PAGE, (off_t)(i * SC_PAGE)));
        CHECK(!memcmp(page, p + i * SC_PAGE, SC_PAGE), "page %zu: file and mapping differ", i);
        if (i % 9 == 0)
            CHECK(sc_verify(page, SC_PAGE, i) < 0, "page %zu", i);
        else
            CHECK(page[0] == 0 && page[4095] == 0, "hole %zu", i);
    }
    SYS(pread(sealed, page, 3000, 0));
    CHECK(sc_verify(page, 3000, 999) < 0, "content of the sealed one");
    CHECK(write(sealed, "x", 1) == -1 && errno == EPERM, "the seal is not in force");
    p[77] = 0xaa;
    SYS(pread(fd, page, 100, 0));
    CHECK(page[77] == 0xaa, "mapping and descriptor are not one object");
    return sc_finish();
}
