/* Named files whose content the image has as well: open for both, mapped shared; open for reading, mapped privately. */
#include "selfcheck.h"

#define DATA_BYTES (3 * SC_PAGE + 100)
#define FAR (1L << 24)

static uint8_t in[DATA_BYTES], out[DATA_BYTES];
static const char conf[] = "setting = 1\n";

/* The name leads to the very file that is open, which has no other. */
static void expect_named(int fd, const char *path)
{
    struct stat open, named;
    char link[PATH_MAX], self[64];
    snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
    ssize_t n = SYS(readlink(self, link, sizeof link - 1));
    link[n] = 0;
    CHECK(!strcmp(link, path), "fd %d is called %s", fd, link);
    SYS(fstat(fd, &open));
    SYS(stat(path, &named));
    CHECK(open.st_ino == named.st_ino && open.st_dev == named.st_dev && open.st_nlink == 1, "%s is another file", path);
}

static void expect_mapped(const void *p, const char *path)
{
    char line[PATH_MAX + 128], want[32];
    bool found = false;
    snprintf(want, sizeof want, "%lx-", (unsigned long)p);
    FILE *maps = fopen("/proc/self/maps", "r");
    while (fgets(line, sizeof line, maps))
        found |= !strncmp(line, want, strlen(want)) && strstr(line, path) && !strstr(line, "(deleted)");
    fclose(maps);
    CHECK(found, "no mapping of %s at %p", path, p);
}

int main(int argc, char **argv)
{
    char data[PATH_MAX], settings[PATH_MAX];
    struct stat st;
    sc_init(argc, argv);
    sc_fill(in, DATA_BYTES, 17);

    int fd = SYS(open(sc_path(data, ".data"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0640));
    CHECK(write(fd, in, DATA_BYTES) == DATA_BYTES, "write");
    SYS(pwrite(fd, "far", 3, FAR));
    uint8_t *shared = SYS(mmap(NULL, 4 * SC_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    SYS(lseek(fd, 77, SEEK_SET));

    int made = SYS(open(sc_path(settings, ".conf"), O_WRONLY | O_CREAT | O_TRUNC, 0600));
    SYS(write(made, conf, sizeof conf));
    struct timespec times[2] = {{0, UTIME_OMIT}, {1234567890, 987654321}};
    SYS(futimens(made, times));
    SYS(fchmod(made, 0444));
    SYS(close(made));
    int ro = SYS(open(settings, O_RDONLY));
    char *private = SYS(mmap(NULL, SC_PAGE, PROT_READ, MAP_PRIVATE, ro, 0));

    /* Not sc_hold: files that are made again have new inode numbers. */
    sc_ready();
    sc_wait();

    CHECK(lseek(fd, 0, SEEK_CUR) == 77 && lseek(ro, 0, SEEK_CUR) == 0, "offsets");
    expect_named(fd, data);
    expect_named(ro, settings);
    expect_mapped(shared, data);
    expect_mapped(private, settings);
    SYS(fstat(fd, &st));
    CHECK(st.st_size == FAR + 3 && (st.st_mode & 07777) == 0640 && st.st_blocks < 1024, "data: size %ld, %ld blocks",
          (long)st.st_size, (long)st.st_blocks);
    CHECK(pread(fd, out, DATA_BYTES, 0) == DATA_BYTES && !memcmp(in, out, DATA_BYTES), "data");
    CHECK(pread(fd, out, 8, FAR) == 3 && !memcmp(out, "far", 3), "the far end");
    CHECK(!memcmp(shared, in, DATA_BYTES), "the mapping");
    shared[1] = 99;
    CHECK(pread(fd, out, 2, 0) == 2 && out[1] == 99, "the mapping is of another file");

    SYS(fstat(ro, &st));
    CHECK(st.st_size == sizeof conf && (st.st_mode & 07777) == 0444 && st.st_mtim.tv_sec == 1234567890 &&
          st.st_mtim.tv_nsec == 987654321, "settings: mode %o", st.st_mode);
    CHECK(!memcmp(private, conf, sizeof conf), "settings");
    return sc_finish();
}
