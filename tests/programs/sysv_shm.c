/*
 * System V shared memory, attached twice, in parts, for reading only. Without argument the program removes the segment
 * at its end; "removed": it is marked for removal before; "kept": it is left, with other content; "outside": another
 * process has it too, and what that one writes is seen.
 */
#include "selfcheck.h"
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>

#define NR 10UL
#define LEN (NR * SC_PAGE + 100)

static struct shmid_ds stat_of(int id)
{
    struct shmid_ds ds;
    SYS(shmctl(id, IPC_STAT, &ds));
    return ds;
}

/* In a session of its own: counts in the segment until the folder of STATUS is gone. */
static void start_helper(int id)
{
    char dir[PATH_MAX];
    sc_dir(dir);
    pid_t middle = SYS(fork());
    if (middle == 0) {
        if (setsid() < 0 || fork() != 0)
            _exit(0);
        for (int fd = 0; fd < 64; fd++)
            close(fd);
        atomic_uint *count = shmat(id, NULL, 0);
        while (count != (void *)-1 && access(dir, F_OK) == 0) {
            atomic_fetch_add(count, 1);
            struct timespec t = {0, 5 * MSEC};
            nanosleep(&t, NULL);
        }
        shmctl(id, IPC_RMID, NULL);
        _exit(0);
    }
    int status;
    SYS(waitpid(middle, &status, 0));
}

static unsigned await_change(atomic_uint *count, unsigned old)
{
    unsigned now;
    while ((now = atomic_load(count)) == old)
        sc_sleep_ns(5 * MSEC);
    return now;
}

static void check_same(const struct shmid_ds *was, const struct shmid_ds *is, bool outside)
{
    CHECK(was->shm_perm.__key == is->shm_perm.__key, "key %x is %x", was->shm_perm.__key, is->shm_perm.__key);
    CHECK(was->shm_perm.mode == is->shm_perm.mode, "mode %o is %o", was->shm_perm.mode, is->shm_perm.mode);
    CHECK(was->shm_perm.uid == is->shm_perm.uid && was->shm_perm.gid == is->shm_perm.gid, "owner %u %u is %u %u",
          was->shm_perm.uid, was->shm_perm.gid, is->shm_perm.uid, is->shm_perm.gid);
    CHECK(was->shm_perm.cuid == is->shm_perm.cuid && was->shm_perm.cgid == is->shm_perm.cgid, "creator");
    CHECK(was->shm_segsz == is->shm_segsz, "size %zu is %zu", was->shm_segsz, is->shm_segsz);
    CHECK(outside || was->shm_nattch == is->shm_nattch, "%lu mappings are %lu", was->shm_nattch, is->shm_nattch);
}

static void set_owner(int id)
{
    struct shmid_ds ds = stat_of(id);
    ds.shm_perm.uid = 1001;
    ds.shm_perm.gid = 1002;
    ds.shm_perm.mode = 0604;
    if (shmctl(id, IPC_SET, &ds) < 0)
        sc_note("IPC_SET: %s", strerror(errno));
}

static bool mapped(void *p)
{
    unsigned char in;
    return mincore(p, SC_PAGE, &in) == 0;
}

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    const char *mode = argc > 2 ? argv[2] : "";
    bool removed = !strcmp(mode, "removed"), kept = !strcmp(mode, "kept"), outside = !strcmp(mode, "outside");
    key_t key = removed ? IPC_PRIVATE : (key_t)(0x43000000 | getpid());
    int id = shmget(key, LEN, IPC_CREAT | IPC_EXCL | 0600);
    if (id < 0)
        sc_skip("shmget: %s", strerror(errno));
    uint8_t *a = shmat(id, NULL, 0);
    uint8_t *b = shmat(id, NULL, SHM_RDONLY);
    if (removed || a == (void *)-1 || b == (void *)-1)
        SYS(shmctl(id, IPC_RMID, NULL));
    CHECK(a != (void *)-1 && b != (void *)-1, "shmat: %s", strerror(errno));
    if (!removed)
        set_owner(id);
    for (size_t i = 1; i < NR; i++)
        if (i != 7)
            sc_fill(a + i * SC_PAGE, SC_PAGE, 70 + i);
    memcpy(a + LEN - 4, "tail", 4);
    SYS(mprotect(a + 3 * SC_PAGE, SC_PAGE, PROT_READ));
    SYS(munmap(a + 5 * SC_PAGE, 2 * SC_PAGE));
    SYS(madvise(a, SC_PAGE, MADV_DONTFORK));
    unsigned seen = 0;
    if (outside) {
        start_helper(id);
        seen = await_change((atomic_uint *)a, 0);
    }
    struct shmid_ds was = stat_of(id);

    sc_hold();

    struct shmid_ds is = stat_of(id);
    check_same(&was, &is, outside);
    for (size_t i = 1; i < NR; i++) {
        if (i != 7)
            CHECK(sc_verify(b + i * SC_PAGE, SC_PAGE, 70 + i) < 0, "page %zu", i);
        CHECK((i == 5 || i == 6) != mapped(a + i * SC_PAGE), "page %zu of the first attachment", i);
    }
    CHECK(b[7 * SC_PAGE + 9] == 0 && !memcmp(b + LEN - 4, "tail", 4), "hole and end");
    if (outside) {
        unsigned now = atomic_load((atomic_uint *)a);
        CHECK(now >= seen, "the other process had counted to %u, now %u", seen, now);
        await_change((atomic_uint *)a, now);
    }
    uint8_t old = a[2 * SC_PAGE], other = old ^ 0xff;
    a[2 * SC_PAGE] = other;
    CHECK(b[2 * SC_PAGE] == other, "two attachments are parted");
    a[2 * SC_PAGE] = old; /* the other process has it as it is */
    CHECK(mprotect(b, SC_PAGE, PROT_READ | PROT_WRITE) < 0 && errno == EACCES, "SHM_RDONLY");
    if (kept)
        memset(a + 7 * SC_PAGE, 0x99, 3 * SC_PAGE);
    SYS(shmdt(a));
    for (size_t i = 0; i < NR; i++)
        CHECK(!mapped(a + i * SC_PAGE) && mapped(b + i * SC_PAGE), "page %zu after shmdt", i);
    if (!kept && !removed && !outside)
        SYS(shmctl(id, IPC_RMID, NULL));
    SYS(shmdt(b));
    struct shmid_ds ds;
    bool gone = shmctl(id, IPC_STAT, &ds) < 0;
    CHECK(gone == (!kept && !outside), "afterwards it is %s", gone ? "gone" : "there");
    return sc_finish();
}
