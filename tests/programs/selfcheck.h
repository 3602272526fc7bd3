/*
 * What every self-checking program shares: the STATUS protocol and the before/after comparison of what /proc shows.
 *
 *   prog STATUS [args]   set up, append "ready" to STATUS, wait for STATUS.go, check, append "ok" or "FAIL: why"
 *
 * Exit status: 0 ok, 1 FAIL, 77 the kernel does not offer it ("skip: why"), 2 wrong use.
 */
#ifndef SELFCHECK_H
#define SELFCHECK_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#define SC_SKIP_EXIT 77
#define SC_PAGE 4096UL
#define NSEC 1000000000LL
#define MSEC 1000000LL
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Copies STATUS (programs may overwrite argv) and checks the vdso clock. */
void sc_init(int argc, char **argv);
/* The path STATUS followed by suffix, put into buf. */
const char *sc_path(char buf[PATH_MAX], const char *suffix);
/* The directory of STATUS. */
const char *sc_dir(char buf[PATH_MAX]);
/* After chroot to the directory of STATUS: STATUS is now /NAME. */
void sc_strip_dir(void);
/* The test is over and has removed its folder, which is that above the directory of STATUS: no helper is needed. */
bool sc_over(void);
/* poll(2) for a process that helps the target from outside; 0 when the test is over, or idle_msec have passed. */
int sc_serve_poll(struct pollfd *p, nfds_t nr, int idle_msec);

/* Appends one line to STATUS; the file is open only during the call. */
void sc_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Appends one line to STATUS+suffix. */
void sc_append(const char *suffix, const char *line);
_Noreturn void sc_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The kernel does not offer it: "skip: why", exit 77. */
_Noreturn void sc_skip(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#define CHECK(cond, ...)                                                                           \
    do {                                                                                           \
        if (!(cond))                                                                               \
            sc_fail(__VA_ARGS__);                                                                  \
    } while (0)
/* The value of a call that must not return -1 (or MAP_FAILED). */
#define SYS(call)                                                                                  \
    ({                                                                                             \
        errno = 0;                                                                                 \
        __typeof__(call) sc_r_ = (call);                                                           \
        if ((long)sc_r_ == -1)                                                                     \
            sc_fail("%s:%d: %s: %s", __FILE__, __LINE__, #call, strerror(errno));                  \
        sc_r_;                                                                                     \
    })
/* The value of a call, or a skip: this kernel or user does not offer it. */
#define OFFER(call)                                                                                \
    ({                                                                                             \
        errno = 0;                                                                                 \
        __typeof__(call) sc_r_ = (call);                                                              \
        if ((long)sc_r_ == -1)                                                                        \
            sc_skip("%s: %s", #call, strerror(errno));                                             \
        sc_r_;                                                                                        \
    })
/* A pthread call that must return 0. */
#define PT(call)                                                                                   \
    do {                                                                                           \
        int sc_e_ = (call);                                                                        \
        if (sc_e_)                                                                                 \
            sc_fail("%s:%d: %s: %s", __FILE__, __LINE__, #call, strerror(sc_e_));                  \
    } while (0)

bool sc_go(void);          /* does STATUS.go exist? */
void sc_snapshot(void);    /* remember what /proc shows */
void sc_ready(void);       /* publish "ready": no fd is open once a reader can see the line */
void sc_wait(void);        /* poll for STATUS.go with nanosleep; EINTR is a FAIL */
void sc_compare(void);     /* what /proc shows is what sc_snapshot saw */
void sc_hold(void);        /* snapshot, ready, wait, compare, release */
void sc_allow_heap(void);  /* the program itself grows [heap] while it waits */
int sc_finish(void);       /* append "ok"; returns 0 for main to return */

/* Set by sc_hold (or sc_release) after the comparison: helper threads go on only then. */
extern atomic_int sc_released;
void sc_release(void);
void sc_await_release(void);

void sc_check_time(void);            /* vdso clocks lie between two raw system calls */
int64_t sc_now(void);                /* CLOCK_MONOTONIC, ns */
void sc_sleep_ns(int64_t ns);        /* nanosleep; EINTR is a FAIL */
bool sc_slept_ns(int64_t ns);        /* the same without a verdict: false on EINTR */
pid_t sc_tid(void);
pthread_t sc_thread(void *(*fn)(void *), void *arg);
/* Waits until thread tid sleeps in system call nr (or in restart_syscall, after a stop). */
void sc_await_syscall(pid_t tid, long nr);
/* Reads a whole small file; returns the length. */
size_t sc_slurp(const char *path, char *buf, size_t size);
/* A field of /proc/self/status, without the name and blanks. */
void sc_status_field(const char *name, char *out, size_t size);

/* xorshift64*: the same numbers from the same seed everywhere. */
static inline uint64_t sc_rand(uint64_t *s)
{
    *s ^= *s >> 12;
    *s ^= *s << 25;
    *s ^= *s >> 27;
    return *s * 0x2545F4914F6CDD1DULL;
}
static inline void sc_fill(void *p, size_t n, uint64_t seed)
{
    uint64_t s = seed * 2654435761u + 88172645463325252ULL;
    uint8_t *b = p;
    for (size_t i = 0; i < n; i += 8) {
        uint64_t v = sc_rand(&s);
        memcpy(b + i, &v, n - i < 8 ? n - i : 8);
    }
}
/* Offset of the first wrong byte, or -1. */
static inline long sc_verify(const void *p, size_t n, uint64_t seed)
{
    uint64_t s = seed * 2654435761u + 88172645463325252ULL;
    const uint8_t *b = p;
    for (size_t i = 0; i < n; i += 8) {
        uint64_t v = sc_rand(&s);
        if (memcmp(b + i, &v, n - i < 8 ? n - i : 8))
            return (long)i;
    }
    return -1;
}
#endif
