/* Threads blocked in read, in readv, and in write to a full pipe: no EINTR; each goes on with its data. */
#include "selfcheck.h"
#include <sys/uio.h>

static int a[2], b[2], full[2];
static uint8_t filler[65536];
static pid_t tids[3];
static atomic_int up;

static void *reader(void *arg)
{
    char buf[8] = {0};
    (void)arg;
    tids[0] = sc_tid();
    atomic_fetch_add(&up, 1);
    ssize_t n = read(a[0], buf, sizeof(buf));
    CHECK(n == 5 && !memcmp(buf, "hello", 5), "read: %zd %s", n, strerror(errno));
    return NULL;
}

static void *vector_reader(void *arg)
{
    char x[2], y[8];
    struct iovec v[2] = {{x, 2}, {y, 8}};
    (void)arg;
    tids[1] = sc_tid();
    atomic_fetch_add(&up, 1);
    ssize_t n = readv(b[0], v, 2);
    CHECK(n == 5 && !memcmp(x, "wo", 2) && !memcmp(y, "rld", 3), "readv: %zd %s", n, strerror(errno));
    return NULL;
}

static void *writer(void *arg)
{
    (void)arg;
    tids[2] = sc_tid();
    atomic_fetch_add(&up, 1);
    ssize_t n = write(full[1], "more", 4);
    CHECK(n == 4, "write: %zd %s", n, strerror(errno));
    return NULL;
}

int main(int argc, char **argv)
{
    static void *(*const fns[3])(void *) = {reader, vector_reader, writer};
    static const long calls[3] = {SYS_read, SYS_readv, SYS_write};
    pthread_t t[3];
    sc_init(argc, argv);
    SYS(pipe(a));
    SYS(pipe(b));
    SYS(pipe(full));
    int room = SYS(fcntl(full[1], F_GETPIPE_SZ));
    sc_fill(filler, sizeof(filler), 1);
    for (int left = room; left > 0; left -= 4096)
        CHECK(write(full[1], filler, 4096) == 4096, "filling");
    for (int i = 0; i < 3; i++)
        t[i] = sc_thread(fns[i], NULL);
    while (atomic_load(&up) < 3)
        sc_sleep_ns(MSEC);
    for (int i = 0; i < 3; i++)
        sc_await_syscall(tids[i], calls[i]);
    sc_hold();
    for (int i = 0; i < 3; i++)
        sc_await_syscall(tids[i], calls[i]);
    SYS(write(a[1], "hello", 5));
    SYS(write(b[1], "world", 5));
    for (int left = room; left > 0; left -= 4096) {
        static uint8_t back[4096];
        CHECK(read(full[0], back, 4096) == 4096 && !memcmp(back, filler, 4096), "content");
    }
    char tail[8];
    CHECK(read(full[0], tail, 8) == 4 && !memcmp(tail, "more", 4), "the blocked write's bytes");
    for (int i = 0; i < 3; i++)
        PT(pthread_join(t[i], NULL));
    return sc_finish();
}
