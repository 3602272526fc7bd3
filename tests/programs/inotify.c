/* inotify: watches on folders and files, their numbers with gaps, one-shot; new events, and none that are not ours. */
#include "selfcheck.h"
#include <poll.h>
#include <sys/inotify.h>

#define NR_NAME_TO_HANDLE_AT 303

static char base[PATH_MAX + 32];

static const char *path(const char *name)
{
    static char buf[PATH_MAX + 96];
    snprintf(buf, sizeof(buf), "%s/%s", base, name);
    return buf;
}

static void make(const char *name)
{
    SYS(close(SYS(open(path(name), O_RDWR | O_CREAT | O_CLOEXEC, 0600))));
}

/* One event, which must be there. */
static void event(int fd, int wd, uint32_t mask, const char *name)
{
    struct inotify_event one;
    char buf[sizeof(one) + NAME_MAX + 1] __attribute__((aligned(8)));
    ssize_t n = SYS(read(fd, buf, sizeof(one) + (name ? 16 : 0)));
    memcpy(&one, buf, sizeof(one));
    CHECK(n >= (ssize_t)sizeof(one) && one.wd == wd && one.mask == mask, "event of wd %d mask %x, not wd %d mask %x",
          one.wd, one.mask, wd, mask);
    CHECK(one.len ? name && !strcmp(buf + sizeof(one), name) : !name, "name");
}

static void no_event(int fd)
{
    char buf[512];
    CHECK(read(fd, buf, sizeof(buf)) == -1 && errno == EAGAIN, "there is an event");
}

int main(int argc, char **argv)
{
    char dir[PATH_MAX];
    int wds[40];
    sc_init(argc, argv);
    /* overlay and others have no handles by which a watch could be found again */
    struct file_handle *h = calloc(1, sizeof(*h) + 128);
    int mount;
    h->handle_bytes = 128;
    if (name_to_handle_at(AT_FDCWD, sc_dir(dir), h, &mount, 0) < 0)
        sc_skip("the file system has no handles: %s", strerror(errno));
    int folder = SYS(open(dir, O_RDONLY | O_DIRECTORY));
    int again = open_by_handle_at(folder, h, O_PATH);
    if (again < 0)
        sc_skip("the file system does not open by handle: %s", strerror(errno));
    SYS(close(again));
    SYS(close(folder));
    free(h);
    snprintf(base, sizeof(base), "%s/watched ones", dir);
    CHECK(mkdir(base, 0700) == 0 || errno == EEXIST, "mkdir: %s", strerror(errno));
    CHECK(mkdir(path("sub"), 0700) == 0 || errno == EEXIST, "mkdir: %s", strerror(errno));
    make("file");
    make("once");
    make("filler");
    int fd = SYS(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)), other = SYS(inotify_init1(IN_NONBLOCK)),
        idle = SYS(inotify_init1(IN_NONBLOCK)), twin = SYS(dup(fd));
    int of_base = SYS(inotify_add_watch(fd, base, IN_CREATE | IN_DELETE | IN_EXCL_UNLINK));
    /* Numbers that are gone, among them the first of another instance. */
    for (size_t i = 0; i < ARRAY_LEN(wds); i++) {
        wds[i] = SYS(inotify_add_watch(fd, path("filler"), IN_OPEN));
        SYS(inotify_rm_watch(fd, wds[i]));
        event(fd, wds[i], IN_IGNORED, NULL);
    }
    int of_file = SYS(inotify_add_watch(fd, path("file"), IN_MODIFY | IN_CLOSE_WRITE));
    int gap = SYS(inotify_add_watch(fd, path("filler"), IN_OPEN));
    int of_once = SYS(inotify_add_watch(fd, path("once"), IN_MODIFY | IN_ONESHOT));
    SYS(inotify_rm_watch(fd, gap));
    event(fd, gap, IN_IGNORED, NULL);
    int first = SYS(inotify_add_watch(other, path("filler"), IN_OPEN));
    int of_sub = SYS(inotify_add_watch(other, path("sub"), IN_ALL_EVENTS));
    SYS(inotify_rm_watch(other, first));
    event(other, first, IN_IGNORED, NULL);
    CHECK(of_file == of_base + 1 + (int)ARRAY_LEN(wds) && of_once == of_file + 2 && of_sub == 2, "numbers");
    sc_hold();
    no_event(fd);
    no_event(other);
    no_event(idle);
    /* Names of this run alone: a run before may have left its own. */
    char new[16], in[16], last[16], in_sub[32];
    long long now = sc_now() & 0xffffffffff;
    snprintf(new, sizeof(new), "new%010llx", now);
    snprintf(in, sizeof(in), "in%010llx", now);
    snprintf(last, sizeof(last), "last%010llx", now);
    snprintf(in_sub, sizeof(in_sub), "sub/%s", in);
    make(new);
    event(twin, of_base, IN_CREATE, new);
    int file = SYS(open(path("file"), O_WRONLY | O_CLOEXEC));
    SYS(write(file, "x", 1));
    event(fd, of_file, IN_MODIFY, NULL);
    SYS(close(file));
    event(fd, of_file, IN_CLOSE_WRITE, NULL);
    int once = SYS(open(path("once"), O_WRONLY | O_CLOEXEC));
    SYS(write(once, "x", 1));
    event(fd, of_once, IN_MODIFY, NULL);
    event(fd, of_once, IN_IGNORED, NULL);
    SYS(write(once, "x", 1));
    SYS(close(once));
    no_event(fd);
    make(in_sub);
    event(other, of_sub, IN_CREATE, in);
    event(other, of_sub, IN_OPEN, in);
    event(other, of_sub, IN_CLOSE_WRITE, in);
    no_event(other);
    /* A file that is there already keeps its watch, and a new one gets a number that was never used. */
    CHECK(inotify_add_watch(fd, path("file"), IN_ATTRIB) == of_file, "the watch of the file");
    int next = SYS(inotify_add_watch(fd, path("sub"), IN_DELETE));
    CHECK(next > of_once, "the next number is %d", next);
    SYS(unlink(path(new)));
    event(fd, of_base, IN_DELETE, new);
    SYS(inotify_rm_watch(fd, of_base));
    event(fd, of_base, IN_IGNORED, NULL);
    SYS(inotify_add_watch(idle, base, IN_CREATE));
    make(last);
    event(idle, 1, IN_CREATE, last);
    return sc_finish();
}
