/*
 * Mappings whose protection has changed, as a whole and in parts, before and after something was written: which of them
 * count as committed (VmFlags ac), may be written (mw), are one or several must be as it was. sc_hold compares all that.
 */
#include "selfcheck.h"

#define NR 8UL
#define SIZE (NR * SC_PAGE)
#define RW (PROT_READ | PROT_WRITE)

enum touch { UNTOUCHED, READ_ONLY, WRITTEN, WRITTEN_ZERO, DROPPED };

static int fd;

/* A mapping of the file or of nothing, with a hole on either side. */
static uint8_t *map(bool of_file, int prot, int flags)
{
    uint8_t *p = SYS(mmap(NULL, SIZE + 2 * SC_PAGE, prot,
                          MAP_PRIVATE | (of_file ? 0 : MAP_ANONYMOUS) | flags, of_file ? fd : -1, 0));
    SYS(munmap(p, SC_PAGE));
    SYS(munmap(p + SC_PAGE + SIZE, SC_PAGE));
    return p + SC_PAGE;
}

static void touch(uint8_t *p, enum touch how)
{
    volatile uint8_t *v = p;
    if (how == READ_ONLY)
        (void)*v;
    if (how == WRITTEN)
        sc_fill(p, SC_PAGE, 7);
    if (how == WRITTEN_ZERO || how == DROPPED)
        *v = 0;
    if (how == DROPPED)
        SYS(madvise(p, SC_PAGE, MADV_DONTNEED));
}

static void change(bool of_file, enum touch how)
{
    static const int to[] = {PROT_NONE, PROT_READ, PROT_READ | PROT_EXEC};
    for (size_t i = 0; i < ARRAY_LEN(to); i++) {
        uint8_t *whole = map(of_file, RW, 0), *middle = map(of_file, RW, 0),
                *back = map(of_file, RW, 0), *reserve = map(of_file, RW, MAP_NORESERVE),
                *opened = map(of_file, to[i], 0);
        touch(whole, how);
        SYS(mprotect(whole, SIZE, to[i]));
        touch(middle + 3 * SC_PAGE, how);
        SYS(mprotect(middle + 2 * SC_PAGE, 3 * SC_PAGE, to[i]));
        touch(back, how);
        SYS(mprotect(back, SIZE, to[i]));
        SYS(mprotect(back, SIZE, RW));
        touch(reserve, how);
        SYS(mprotect(reserve, SIZE, to[i]));
        /* writable for a while, in the middle of what never was */
        SYS(mprotect(opened + SC_PAGE, 2 * SC_PAGE, RW));
        touch(opened + SC_PAGE, how);
        SYS(mprotect(opened + SC_PAGE, SC_PAGE, to[i]));
        if (i == 1)
            SYS(mprotect(opened + 2 * SC_PAGE, SC_PAGE, to[i]));
    }
}

/* A grown one, a moved one, and one that was cut in two by another. */
static void move(void)
{
    uint8_t *p = map(false, RW, 0), *q = map(false, RW, 0), *cut = map(false, RW, 0);
    sc_fill(p, SIZE, 1);
    SYS(mprotect(p + SC_PAGE, SC_PAGE, PROT_READ));
    p = SYS(mremap(p + 2 * SC_PAGE, SIZE - 2 * SC_PAGE, 4 * SIZE, MREMAP_MAYMOVE));
    SYS(mprotect(p, SIZE, PROT_READ));
    SYS(mremap(q, SIZE, SIZE / 2, 0));
    SYS(mprotect(q, SC_PAGE, PROT_NONE));
    SYS(mmap(cut + 2 * SC_PAGE, SC_PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
    SYS(mmap(cut + 4 * SC_PAGE, SC_PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0));
    SYS(madvise(cut + 6 * SC_PAGE, SC_PAGE, MADV_DONTFORK));
    SYS(mprotect(cut, SC_PAGE, PROT_NONE));
}

/* Shared ones: of a file and of a memfd, open for reading alone or for both. */
static void share(const char *path)
{
    char self[64];
    int mem = SYS(memfd_create("parts", MFD_CLOEXEC));
    SYS(ftruncate(mem, SIZE));
    snprintf(self, sizeof(self), "/proc/self/fd/%d", mem);
    int fds[] = {mem, SYS(open(self, O_RDONLY | O_CLOEXEC)), fd, SYS(open(path, O_RDONLY | O_CLOEXEC))};
    for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
        bool writable = i % 2 == 0;
        uint8_t *p = SYS(mmap(NULL, SIZE, writable ? RW : PROT_READ, MAP_SHARED, fds[i], 0));
        if (writable)
            p[SC_PAGE] = 1;
        SYS(mprotect(p, 2 * SC_PAGE, PROT_READ));
        SYS(mprotect(p + 4 * SC_PAGE, SC_PAGE, PROT_NONE));
        CHECK(writable == (mprotect(p, SC_PAGE, RW) == 0), "mprotect of a shared mapping");
        SYS(mprotect(p, SC_PAGE, PROT_READ));
    }
    for (size_t i = 0; i < ARRAY_LEN(fds); i++)
        if (fds[i] != fd)
            SYS(close(fds[i]));
    uint8_t *p = SYS(mmap(NULL, SIZE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    SYS(mprotect(p, 2 * SC_PAGE, PROT_READ));
    p = SYS(mmap(NULL, SIZE, PROT_NONE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    SYS(mprotect(p + SC_PAGE, 2 * SC_PAGE, RW));
}

/* Views of sealed memfds: shared ones from before and after the seal, and copied pages of private ones. */
static uint8_t *sealed(int seals)
{
    int mem = SYS(memfd_create("sealed", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    SYS(ftruncate(mem, 4 * SC_PAGE));
    SYS(pwrite(mem, "content", 7, 0));
    if (!(seals & F_SEAL_WRITE))
        SYS(mmap(NULL, SC_PAGE, RW, MAP_SHARED, mem, 0));
    SYS(fcntl(mem, F_ADD_SEALS, seals));
    /* NB: before Linux 6.7 what is sealed against writing could not be mapped shared at all */
    if (mmap(NULL, SC_PAGE, PROT_READ, MAP_SHARED, mem, 0) == MAP_FAILED)
        CHECK(errno == EPERM, "mmap of a sealed memfd: %s", strerror(errno));
    uint8_t *p = SYS(mmap(NULL, 2 * SC_PAGE, RW, MAP_PRIVATE, mem, 0));
    p[1] = 'O';
    SYS(mprotect(p + SC_PAGE, SC_PAGE, PROT_NONE));
    SYS(close(mem));
    return p;
}

int main(int argc, char **argv)
{
    char path[PATH_MAX];
    static uint8_t content[SIZE + 2 * SC_PAGE];
    sc_init(argc, argv);
    fd = SYS(open(sc_path(path, ".file"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    sc_fill(content, sizeof(content), 3);
    CHECK(write(fd, content, sizeof(content)) == (ssize_t)sizeof(content), "write");
    for (enum touch how = UNTOUCHED; how <= DROPPED; how++) {
        change(false, how);
        change(true, how);
    }
    move();
    share(path);
    SYS(close(fd));
    uint8_t *write = sealed(F_SEAL_WRITE), *future = sealed(F_SEAL_FUTURE_WRITE | F_SEAL_SEAL);
    sc_hold();
    CHECK(!memcmp(write, "cOntent", 7) && !memcmp(future, "cOntent", 7), "copied pages of a memfd");
    return sc_finish();
}
