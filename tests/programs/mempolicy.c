/* NUMA memory policies: of threads, and of mappings that are private, shared, or of a file. */
#include "selfcheck.h"

#define PREFERRED 1
#define BIND 2
#define INTERLEAVE 3
#define LOCAL 4
#define STATIC_NODES (1 << 15)
#define F_ADDR 2
#define MAX_NODE 1025
#define RW (PROT_READ | PROT_WRITE)

struct policy {
    int mode;
    unsigned long nodes[16];
};

static struct policy policy_of(const void *address)
{
    struct policy p = {0};
    SYS(syscall(SYS_get_mempolicy, &p.mode, p.nodes, MAX_NODE, address, address ? F_ADDR : 0));
    return p;
}

static void expect(const void *address, int mode, unsigned long node0, const char *what)
{
    struct policy p = policy_of(address);
    CHECK(p.mode == mode && p.nodes[0] == node0, "%s: mode %x nodes %lx, not %x and %lx", what, p.mode, p.nodes[0], mode,
          node0);
}

static void bind_to(void *p, size_t n, int mode, unsigned long node0)
{
    unsigned long nodes[16] = {node0};
    SYS(syscall(SYS_mbind, p, n, mode, node0 ? nodes : NULL, MAX_NODE, 0));
}

static atomic_int here;

static void *other(void *arg)
{
    (void)arg;
    SYS(syscall(SYS_set_mempolicy, LOCAL, NULL, MAX_NODE));
    atomic_store(&here, 1);
    sc_await_release();
    expect(NULL, LOCAL, 0, "the second thread");
    return NULL;
}

static void *usual(void *arg)
{
    (void)arg;
    SYS(syscall(SYS_set_mempolicy, 0, NULL, MAX_NODE));
    atomic_fetch_add(&here, 1);
    sc_await_release();
    expect(NULL, 0, 0, "the third thread");
    return NULL;
}

int main(int argc, char **argv)
{
    char path[PATH_MAX];
    unsigned long node0[16] = {1};
    sc_init(argc, argv);
    OFFER(syscall(SYS_set_mempolicy, INTERLEAVE | STATIC_NODES, node0, MAX_NODE));
    uint8_t *own = SYS(mmap(NULL, 4 * SC_PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    sc_fill(own, 4 * SC_PAGE, 1);
    bind_to(own + SC_PAGE, SC_PAGE, BIND, 1);
    bind_to(own + 2 * SC_PAGE, SC_PAGE, PREFERRED | STATIC_NODES, 1);
    uint8_t *shared = SYS(mmap(NULL, 2 * SC_PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    sc_fill(shared, 2 * SC_PAGE, 2);
    bind_to(shared + SC_PAGE, SC_PAGE, INTERLEAVE, 1);
    int fd = SYS(open(sc_path(path, ".file"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    SYS(ftruncate(fd, 2 * SC_PAGE));
    uint8_t *file = SYS(mmap(NULL, 2 * SC_PAGE, RW, MAP_PRIVATE, fd, 0));
    SYS(close(fd));
    bind_to(file, 2 * SC_PAGE, LOCAL, 0);
    pthread_t t[2] = {sc_thread(other, NULL)};
    while (!atomic_load(&here))
        sc_sleep_ns(MSEC);
    t[1] = sc_thread(usual, NULL);
    while (atomic_load(&here) < 2)
        sc_sleep_ns(MSEC);

    sc_hold();
    PT(pthread_join(t[0], NULL));
    PT(pthread_join(t[1], NULL));

    expect(NULL, INTERLEAVE | STATIC_NODES, 1, "the first thread");
    expect(own, 0, 0, "memory without a policy");
    expect(own + SC_PAGE, BIND, 1, "bound memory");
    expect(own + 2 * SC_PAGE, PREFERRED | STATIC_NODES, 1, "memory with a preferred node");
    expect(own + 3 * SC_PAGE, 0, 0, "memory behind it");
    expect(shared, 0, 0, "shared memory without a policy");
    expect(shared + SC_PAGE, INTERLEAVE, 1, "shared memory");
    expect(file, LOCAL, 0, "a mapped file");
    CHECK(sc_verify(own, 4 * SC_PAGE, 1) < 0 && sc_verify(shared, 2 * SC_PAGE, 2) < 0, "content");
    return sc_finish();
}
