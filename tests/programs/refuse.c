/*
 * refuse STATUS MODE: sets up one kind of state that ckpt must refuse at present, then ready, go, ok as everywhere.
 * `refuse STATUS list` names the modes. A mode that this kernel or machine does not offer: "skip: why", exit 77.
 * Whatever a mode makes outside the directory of STATUS is removed right away, so that SIGKILL leaves nothing behind.
 */
#include "selfcheck.h"
#include <asm/ldt.h>
#include <linux/bpf.h>
#include <linux/netlink.h>
#include <linux/perf_event.h>
#include <mqueue.h>
#include <poll.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <termios.h>

/* Numbers and constants that older headers lack. */
#define NR_IO_SETUP 206
#define NR_PERF_EVENT_OPEN 298
#define NR_BPF 321
#define NR_USERFAULTFD 323
#define NR_IO_URING_SETUP 425
#define NR_PIDFD_OPEN 434
#define NR_LANDLOCK_CREATE_RULESET 444
#define NR_LANDLOCK_RESTRICT_SELF 446
#define NR_MEMFD_SECRET 447
#define UFFD_USER_MODE 1
#define NEWCGROUP 0x02000000
#define NEWTIME 0x00000080
#define SET_SYSCALL_USER_DISPATCH 59

static char file[PATH_MAX];
static bool plain_wait; /* no comparison of /proc: the mode hides it */

static int data_file(int flags)
{
    int fd = SYS(open(sc_path(file, ".file"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    SYS(write(fd, "content", 7));
    if (flags == O_RDWR)
        return fd;
    SYS(close(fd));
    return SYS(open(file, flags));
}

static void *page_of(int flags)
{
    void *p = mmap(NULL, 2UL << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
    if (p == MAP_FAILED)
        sc_skip("mmap flags %x: %s", (unsigned)flags, strerror(errno));
    return p;
}

/* ---- descriptors ---- */

static void orphan(void (*body)(pid_t));
static void hold_files(pid_t target);
static char state_of(pid_t pid);

static void m_epoll_fired(void)
{
    int e = OFFER(epoll_create1(0)), p[2];
    char c;
    SYS(pipe(p));
    struct epoll_event ev = {.events = EPOLLIN | EPOLLONESHOT};
    SYS(epoll_ctl(e, EPOLL_CTL_ADD, p[0], &ev));
    SYS(write(p[1], "x", 1));
    CHECK(epoll_wait(e, &ev, 1, 0) == 1 && read(p[0], &c, 1) == 1, "firing");
}
static void m_inotify_events(void)
{
    char dir[PATH_MAX];
    int fd = OFFER(inotify_init());
    SYS(inotify_add_watch(fd, sc_dir(dir), IN_CREATE));
    data_file(O_RDWR);
}
static void m_fanotify(void) { OFFER(fanotify_init(FAN_CLASS_NOTIF, O_RDONLY)); }
static void m_netlink(void)
{
    struct sockaddr_nl a = {.nl_family = AF_NETLINK};
    SYS(bind(OFFER(socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC)), (struct sockaddr *)&a, sizeof(a)));
}
static int fifo_of(int flags)
{
    sc_path(file, ".fifo");
    CHECK(mkfifo(file, 0600) == 0 || errno == EEXIST, "mkfifo: %s", strerror(errno));
    return SYS(open(file, flags));
}
static void hold_open(pid_t target)
{
    while (state_of(target) != 'X' && state_of(target) != 'Z')
        sc_sleep_ns(5 * MSEC);
}
static void m_fifo_outside(void)
{
    fifo_of(O_RDWR);
    orphan(hold_open);
}
static void m_fifo_unread(void)
{
    int both = fifo_of(O_RDWR), out = fifo_of(O_WRONLY);
    SYS(write(out, "left", 4));
    SYS(close(both));
}
static void m_fifo_deleted(void)
{
    fifo_of(O_RDWR);
    SYS(unlink(file));
}
static int pty_slave(void)
{
    int m = OFFER(posix_openpt(O_RDWR | O_NOCTTY));
    SYS(grantpt(m));
    SYS(unlockpt(m));
    return SYS(open(ptsname(m), O_RDWR | O_NOCTTY));
}
static void m_pty_queue(void) { SYS(write(pty_slave(), "output", 6)); }
static void m_pty_stopped(void) { SYS(tcflow(pty_slave(), TCOOFF)); }
static void m_pty_outside(void)
{
    pty_slave();
    orphan(hold_files);
}
static void m_pidfd_gone(void)
{
    pid_t c = SYS(fork());
    if (c == 0) {
        pause();
        _exit(0);
    }
    OFFER(syscall(NR_PIDFD_OPEN, c, 0));
    SYS(kill(c, SIGKILL));
    SYS(waitpid(c, NULL, 0));
}
static void m_perf(void)
{
    struct perf_event_attr a = {.type = PERF_TYPE_SOFTWARE, .size = sizeof(a),
                                .config = PERF_COUNT_SW_TASK_CLOCK};
    OFFER(syscall(NR_PERF_EVENT_OPEN, &a, 0, -1, -1, 0UL));
}
static void m_bpf(void)
{
    union bpf_attr a = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 4};
    OFFER(syscall(NR_BPF, BPF_MAP_CREATE, &a, sizeof(a)));
}
static void m_io_uring(void)
{
    static uint32_t params[30];
    OFFER(syscall(NR_IO_URING_SETUP, 4, params));
}
static void m_userfaultfd(void) { OFFER(syscall(NR_USERFAULTFD, UFFD_USER_MODE | O_CLOEXEC)); }
static void m_mq(void)
{
    char name[64];
    struct mq_attr a = {.mq_maxmsg = 2, .mq_msgsize = 16};
    snprintf(name, sizeof(name), "/refuse-%d", (int)getpid());
    OFFER(mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &a));
    mq_unlink(name);
}
static void m_proc_outside(void) { SYS(open("/proc/1/status", O_RDONLY)); }
static void m_linked_file(void)
{
    char other[PATH_MAX];
    data_file(O_RDWR);
    CHECK(link(file, sc_path(other, ".other")) == 0 || errno == EEXIST, "link: %s", strerror(errno));
    SYS(unlink(file));
}
static void m_deleted_outside(void)
{
    data_file(O_RDWR);
    SYS(unlink(file));
    orphan(hold_open);
}
static void m_linked_mapping(void)
{
    char other[PATH_MAX];
    int fd = data_file(O_RDWR);
    SYS(mmap(NULL, SC_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    SYS(close(fd));
    SYS(link(file, sc_path(other, ".other")));
    SYS(unlink(file));
}
static void m_owner_outside(void)
{
    int p[2];
    SYS(pipe(p));
    SYS(fcntl(p[0], F_SETOWN, getppid()));
}
/* Opens a file for writing that has a lease, which waits until the lease is given up or broken by time-out. */
static int leased;
static void open_leased(pid_t target)
{
    (void)target;
    close(leased); /* or we would hold the lease that we wait for */
    close(SYS(open(file, O_WRONLY)));
}
static void on_break(int sig) { (void)sig; }
static void m_lease_breaking(void)
{
    char path[64], text[1024];
    leased = data_file(O_RDONLY);
    CHECK(signal(SIGIO, on_break) != SIG_ERR, "signal");
    OFFER(fcntl(leased, F_SETLEASE, F_RDLCK));
    orphan(open_leased);
    snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", leased);
    do {
        sc_slept_ns(5 * MSEC);
        sc_slurp(path, text, sizeof(text));
    } while (!strstr(text, "BREAKING"));
}

/* ---- scheduling, rights, process attributes ---- */

static void m_dumpable0(void) { SYS(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)); }
static void m_oom_score_adj(void)
{
    int fd = OFFER(open("/proc/self/oom_score_adj", O_WRONLY));
    SYS(write(fd, "123", 3));
    SYS(close(fd));
}
/* A process asks for the tiles of AMX before it uses them (arch_prctl(ARCH_REQ_XCOMP_PERM, XFEATURE_XTILE_DATA)). */
static void m_amx(void)
{
    if (syscall(SYS_arch_prctl, 0x1023, 18) < 0)
        sc_skip("no AMX: %s", strerror(errno));
}
static void m_ldt(void)
{
    struct user_desc d = {.entry_number = 3, .base_addr = 0x1000, .limit = 0xfff, .seg_32bit = 1, .useable = 1};
    OFFER(syscall(SYS_modify_ldt, 1, &d, sizeof(d)));
}
/* As 32-bit code would: by its own system call, which takes an address below 4 GiB. */
static void m_tls_descriptor(void)
{
    struct user_desc *d = SYS(mmap(NULL, SC_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0));
    long result = 243; /* set_thread_area */
    *d = (struct user_desc){.entry_number = (unsigned)-1, .base_addr = 0x1000, .limit = 0xfff, .seg_32bit = 1, .useable = 1};
    __asm__ volatile("int $0x80" : "+a"(result) : "b"(d) : "memory", "r8", "r9", "r10", "r11");
    if (result)
        sc_skip("set_thread_area: %s", strerror((int)-result));
    SYS(munmap(d, SC_PAGE));
}
static void m_keyring(void) { OFFER(syscall(SYS_keyctl, 0 /* GET_KEYRING_ID */, -2 /* of the process */, 1)); }
/* A debugger that left a breakpoint on a variable that nobody uses. */
static long unused_word;
static void m_debug_registers(void)
{
    pid_t me = getpid();
    prctl(PR_SET_PTRACER, -1UL, 0, 0, 0); /* only Yama has it */
    pid_t debugger = SYS(fork());
    if (!debugger) {
        size_t dr = offsetof(struct user, u_debugreg);
        int status, failed = ptrace(PTRACE_ATTACH, me, 0, 0) || waitpid(me, &status, __WALL) != me ||
                             ptrace(PTRACE_POKEUSER, me, dr, &unused_word) ||
                             ptrace(PTRACE_POKEUSER, me, dr + 7 * sizeof(long), 0xd0002L);
        ptrace(PTRACE_DETACH, me, 0, 0);
        _exit(failed);
    }
    int status;
    SYS(TEMP_FAILURE_RETRY(waitpid(debugger, &status, 0)));
    if (status)
        sc_skip("a breakpoint cannot be set");
}
/* Loads a selector that is allowed in 64-bit code and means nothing to it. */
static void m_segments(void)
{
    __asm__ volatile("mov %0, %%es" : : "r"(0x2b) : "memory");
}
static void open_device(const char *path) { OFFER(open(path, O_RDONLY | O_NONBLOCK)); }
static void m_device(void) { open_device("/dev/kmsg"); }
static void m_block_device(void)
{
    static const char *const disks[] = {"/dev/loop0", "/dev/vda", "/dev/sda", "/dev/nvme0n1"};
    for (size_t i = 0; i + 1 < ARRAY_LEN(disks); i++)
        if (open(disks[i], O_RDONLY) >= 0)
            return;
    open_device(disks[ARRAY_LEN(disks) - 1]);
}
/* A thread in 32-bit code: far jumps lead there and back, as long as the task runs. */
static void *code32(void *arg)
{
    static const uint8_t loop[] = {0xeb, 0xfe}; /* jmp . */
    uint8_t *low = OFFER(mmap(NULL, SC_PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0));
    memcpy(low, loop, sizeof(loop));
    atomic_store((atomic_int *)arg, 1);
    __asm__ volatile("pushq $0x23\n\tpushq %0\n\tlretq" : : "r"(low) : "memory");
    __builtin_unreachable();
}
static void m_code32(void)
{
    static atomic_int there;
    sc_thread(code32, &there);
    while (!atomic_load(&there))
        sc_sleep_ns(MSEC);
    sc_sleep_ns(20 * MSEC); /* from the note to the jump */
}
static void m_landlock(void)
{
    uint64_t handled = 1 << 9; /* LANDLOCK_ACCESS_FS_MAKE_SOCK: never needed here */
    int fd = (int)OFFER(syscall(NR_LANDLOCK_CREATE_RULESET, &handled, 8UL, 0));
    OFFER(syscall(NR_LANDLOCK_RESTRICT_SELF, fd, 0));
    SYS(close(fd));
}
static void m_syscall_user_dispatch(void)
{
    static char selector; /* SYSCALL_DISPATCH_FILTER_ALLOW */
    OFFER(prctl(SET_SYSCALL_USER_DISPATCH, 1, 0, 0, &selector));
}

/* ---- memory ---- */

static void m_hugetlb_segment(void)
{
    int id = OFFER(shmget(IPC_PRIVATE, 2UL << 20, IPC_CREAT | SHM_HUGETLB | SHM_NORESERVE | 0600));
    void *p = shmat(id, NULL, 0);
    SYS(shmctl(id, IPC_RMID, NULL));
    CHECK(p != (void *)-1, "shmat: %s", strerror(errno));
}
static void m_aio(void)
{
    static unsigned long context;
    OFFER(syscall(NR_IO_SETUP, 4, &context));
}
static void m_memfd_secret(void)
{
    int fd = (int)OFFER(syscall(NR_MEMFD_SECRET, 0));
    SYS(ftruncate(fd, SC_PAGE));
    char *p = OFFER(mmap(NULL, SC_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    p[0] = 1;
    SYS(close(fd));
}

/* ---- namespaces, root ---- */

static void m_netns(void) { OFFER(unshare(CLONE_NEWNET)); }
static void m_utsns(void) { OFFER(unshare(CLONE_NEWUTS)); }
static void m_ipcns(void) { OFFER(unshare(CLONE_NEWIPC)); }
static void m_mntns(void) { OFFER(unshare(CLONE_NEWNS)); }
static void m_cgroupns(void) { OFFER(unshare(NEWCGROUP)); }
static void m_timens_children(void) { OFFER(unshare(NEWTIME)); }
static void m_pidns_children(void) { OFFER(unshare(CLONE_NEWPID)); }
static void put_file(const char *path, const char *text)
{
    int fd = OFFER(open(path, O_WRONLY));
    OFFER(write(fd, text, strlen(text)));
    SYS(close(fd));
}
static void m_userns(void)
{
    char map[64];
    uid_t u = geteuid();
    gid_t g = getegid();
    OFFER(unshare(CLONE_NEWUSER));
    put_file("/proc/self/setgroups", "deny");
    snprintf(map, sizeof(map), "%u %u 1", u, u);
    put_file("/proc/self/uid_map", map);
    snprintf(map, sizeof(map), "%u %u 1", g, g);
    put_file("/proc/self/gid_map", map);
}
static void m_chroot(void)
{
    char dir[PATH_MAX];
    OFFER(chroot(sc_dir(dir)));
    SYS(chdir("/"));
    sc_strip_dir();
    plain_wait = true; /* there is no /proc in here */
}

/* ---- other tasks ---- */

/* A process that is no child of ours (its parent has ended) runs body, and ends at the latest when we do. */
static void orphan(void (*body)(pid_t))
{
    pid_t target = getpid(), middle = SYS(fork());
    if (middle == 0) {
        if (fork() != 0)
            _exit(0);
        body(target);
        _exit(0);
    }
    SYS(waitpid(middle, NULL, 0));
}

static char state_of(pid_t pid)
{
    char path[64], text[1024];
    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
    if (fd >= 0)
        close(fd);
    if (n <= 0)
        return 'X'; /* gone, be it between open and read */
    text[n] = 0;
    return strrchr(text, ')')[2];
}

static void trace_helper(pid_t target)
{
    int status;
    char state;
    if (ptrace(PTRACE_SEIZE, target, 0, 0) < 0)
        sc_skip("PTRACE_SEIZE: %s", strerror(errno));
    sc_ready();
    while (!sc_go() && (state = state_of(target)) != 'X' && state != 'Z') {
        if (waitpid(target, &status, WNOHANG) > 0 && WIFSTOPPED(status))
            ptrace(PTRACE_CONT, target, 0, status >> 16 ? 0 : WSTOPSIG(status));
        sc_sleep_ns(20 * MSEC);
    }
    /* the tracer's end detaches */
}
static void m_traced(void)
{
    orphan(trace_helper);
    plain_wait = true;
}

static int outside[2];
static void hold_write_end(pid_t target)
{
    struct pollfd p = {.fd = outside[1]};
    (void)target;
    close(outside[0]);
    poll(&p, 1, -1); /* POLLERR when the only reader is gone */
}
static void m_pipe_outside(void)
{
    SYS(pipe(outside));
    orphan(hold_write_end);
    SYS(close(outside[1]));
}

static void hold_files(pid_t target)
{
    char state;
    while (!sc_go() && (state = state_of(target)) != 'X' && state != 'Z')
        sc_sleep_ns(20 * MSEC);
}
static void m_anon_shared(void)
{
    OFFER(eventfd(3, EFD_NONBLOCK));
    orphan(hold_files);
}
static void m_epoll_outside(void)
{
    int e = OFFER(epoll_create1(EPOLL_CLOEXEC));
    SYS(pipe(outside));
    struct epoll_event ev = {.events = EPOLLIN};
    SYS(epoll_ctl(e, EPOLL_CTL_ADD, outside[0], &ev));
    orphan(hold_files);
    SYS(close(outside[0]));
    SYS(close(outside[1]));
}
static void m_shmem_outside(void)
{
    SYS(mmap(NULL, SC_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    orphan(hold_files);
}

/* A child ends with us only when it has asked for that: it is awaited, or it could outlive us. */
static void await_pause(pid_t child)
{
    char path[64], call[256];
    snprintf(path, sizeof(path), "/proc/%d/syscall", (int)child);
    do {
        sc_sleep_ns(MSEC);
        sc_slurp(path, call, sizeof(call));
    } while (strtol(call, NULL, 10) != SYS_pause || call[0] == 'r');
}
static void m_child(void)
{
    pid_t c = SYS(fork());
    if (c == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        for (;;)
            pause();
    }
    await_pause(c);
}
static void m_zombie_child(void)
{
    siginfo_t si;
    pid_t c = SYS(fork());
    if (c == 0)
        _exit(7);
    SYS(waitid(P_PID, (id_t)c, &si, WEXITED | WNOWAIT));
}

static int sharing_child(void *arg)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (arg) {
        sc_ready(); /* the parent cannot: it waits for us */
        sc_wait();
        _exit(0);
    }
    for (;;)
        pause();
}
static pid_t share_mm(int flags, void *arg)
{
    char *stack = page_of(0);
    return SYS(clone(sharing_child, stack + (2UL << 20), flags | CLONE_VM | SIGCHLD, arg));
}
static void m_shared_mm(void) { await_pause(share_mm(0, NULL)); }
static void m_vfork_parent(void)
{
    share_mm(CLONE_VFORK, file);
    plain_wait = true;
}

/* A process that is no child of ours, but shares with us what the flags say; it ends when we do. */
static int shared_flags;
static pid_t sharer_of;
static int sharer(void *arg)
{
    (void)arg;
    hold_files(sharer_of);
    _exit(0);
}
static int sharing_middle(void *arg)
{
    char *stack = arg;
    _exit(clone(sharer, stack + (1UL << 20), shared_flags, NULL) < 0);
}
static void share_outside(int flags)
{
    char *stack = page_of(0);
    int status;
    shared_flags = flags;
    sharer_of = getpid();
    pid_t middle = SYS(clone(sharing_middle, stack + (2UL << 20), flags | SIGCHLD, stack));
    SYS(waitpid(middle, &status, 0));
    CHECK(status == 0, "status %x", (unsigned)status);
}
static void m_mm_outside(void) { share_outside(CLONE_VM); }
static void m_files_outside(void)
{
    share_outside(CLONE_FILES);
    plain_wait = true; /* the other process opens files to look whether it is over */
}
static void m_fs_outside(void) { share_outside(CLONE_FS); }

static void tell_pid_and_stay(pid_t target)
{
    pid_t self = getpid();
    SYS(write(outside[1], &self, sizeof(self)));
    SYS(close(outside[0]));
    SYS(close(outside[1]));
    hold_files(target);
}
/* Traces a process that is no child of ours. */
static void m_traces(void)
{
    pid_t tracee;
    SYS(pipe(outside));
    orphan(tell_pid_and_stay);
    CHECK(read(outside[0], &tracee, sizeof(tracee)) == sizeof(tracee), "read");
    SYS(close(outside[0]));
    SYS(close(outside[1]));
    OFFER(ptrace(PTRACE_SEIZE, tracee, 0, 0));
}

/* ---- threads that are not like the others ---- */

static atomic_int prepared;
static void *odd_thread(void *arg)
{
    void (*change)(void);
    memcpy(&change, arg, sizeof(change));
    change();
    atomic_store(&prepared, 1);
    for (;;)
        pause();
    return NULL;
}
static void in_thread(void (*change)(void))
{
    static void (*arg)(void);
    arg = change;
    sc_thread(odd_thread, &arg);
    while (!atomic_load(&prepared))
        sc_sleep_ns(MSEC);
}
static void own_fs(void)
{
    OFFER(unshare(CLONE_FS));
    SYS(chdir("/"));
    umask(0123);
}
static void own_files(void)
{
    OFFER(unshare(CLONE_FILES));
    SYS(open("/dev/zero", O_RDONLY));
}
static void own_creds(void) { OFFER(syscall(SYS_setresuid, -1, 1001, -1)); }
static void own_cpu_timer(void)
{
    timer_t t;
    struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    OFFER(timer_create(CLOCK_THREAD_CPUTIME_ID, &ev, &t));
}
static void m_posix_timer(void) { in_thread(own_cpu_timer); }
static void m_thread_fs(void) { in_thread(own_fs); }
static void m_thread_files(void) { in_thread(own_files); }
static void m_thread_creds_differ(void) { in_thread(own_creds); }

static void *survivor(void *arg)
{
    (void)arg;
    while (state_of(getpid()) != 'Z')
        sc_sleep_ns(MSEC);
    sc_ready();
    sc_wait();
    sc_finish();
    _exit(0);
}
static void m_dead_leader(void)
{
    sc_thread(survivor, NULL);
    pthread_exit(NULL);
}

#define M(name) {#name, m_##name}
static const struct {
    const char *name;
    void (*set_up)(void);
} modes[] = {
    M(epoll_fired), M(epoll_outside), M(anon_shared), M(inotify_events), M(fanotify),
    M(netlink), M(fifo_outside), M(fifo_unread),
    M(fifo_deleted), M(pty_queue), M(pty_stopped), M(pty_outside), M(pidfd_gone), M(perf), M(bpf), M(io_uring), M(userfaultfd), M(mq),
    M(proc_outside), M(linked_file), M(deleted_outside), M(linked_mapping), M(shmem_outside), M(owner_outside),
    M(lease_breaking), M(posix_timer), M(dumpable0),
    M(oom_score_adj), M(ldt), M(tls_descriptor), M(keyring), M(debug_registers), M(landlock),
    M(segments), M(code32), M(amx), M(device), M(block_device), M(syscall_user_dispatch),
    M(hugetlb_segment), M(aio), M(memfd_secret), M(netns), M(utsns), M(ipcns),
    M(mntns), M(cgroupns), M(timens_children), M(pidns_children),
    M(userns), M(chroot), M(traced), M(pipe_outside), M(child), M(zombie_child),
    M(shared_mm), M(vfork_parent), M(mm_outside), M(files_outside), M(fs_outside), M(traces),
    M(thread_fs), M(thread_files), M(thread_creds_differ),
    M(dead_leader),
};

static void hold(const char *mode)
{
    /* these helpers say ready themselves, when the state is reached */
    bool said = !strcmp(mode, "traced") || !strcmp(mode, "vfork_parent");
    if (!plain_wait) {
        sc_hold();
        return;
    }
    if (!said)
        sc_ready();
    sc_wait();
}

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
        if (argc > 2 && !strcmp(argv[2], "list"))
            sc_note("%s", modes[i].name);
        if (argc > 2 && !strcmp(argv[2], modes[i].name)) {
            modes[i].set_up();
            hold(modes[i].name);
            return sc_finish();
        }
    }
    return argc > 2 && !strcmp(argv[2], "list") ? 0 : 2;
}
