// Makes a task whose files in /proc are as odd as they come, prints what it did, and waits. The
// files odd.* beside this one are what /proc then showed of it, taken as root on Linux 6.18 x86-64:
//   gcc -O1 -o odd odd.c && env -i A=1 EMPTY= ODD=b=c ./odd FOLDER > odd.report &
// then /proc/PID/NAME is odd.NAME, the second thread's odd.thread.NAME (the path in odd.cgroup was
// made shorter afterwards). odd.ps is what ps(1) said of it.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#define PR_SET_VMA_ANON_NAME 0
#endif

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static int make(const char *name) {
  int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
  if (fd < 0 || ftruncate(fd, 8192)) fail(name);
  return fd;
}

static void map(const char *what, int fd, int prot, int flags) {
  char *at = mmap(0, 8192, prot, flags, fd, 0);
  if (at == MAP_FAILED) fail(what);
  printf("%s=%lx\n", what, (unsigned long)at);
  if (!strcmp(what, "anon")) {
    prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, at, 8192, "x y");
    mlock(at, 8192);
  }
}

static void maps(void) {
  int fd = make("name with blanks ");
  map("blanks", fd, PROT_READ, MAP_PRIVATE);
  fd = make("new\nline");
  map("newline", fd, PROT_READ | PROT_WRITE, MAP_SHARED);
  fd = make("really\\012");
  map("backslash", fd, PROT_READ, MAP_SHARED);
  fd = make("byte\xff");
  map("byte", fd, PROT_EXEC, MAP_PRIVATE);
  fd = make("gone");
  unlink("gone");
  map("gone", fd, PROT_NONE, MAP_PRIVATE);
  fd = memfd_create("mem fd", MFD_CLOEXEC);
  if (ftruncate(fd, 8192)) fail("memfd");
  map("memfd", fd, PROT_READ | PROT_WRITE, MAP_SHARED);
  map("anon", -1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS);
  map("zero", -1, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS);
  int shm = shmget(IPC_PRIVATE, 8192, 0600);
  void *at = shmat(shm, 0, 0);
  shmctl(shm, IPC_RMID, 0);
  printf("sysv=%lx\n", (unsigned long)at);
}

static void lock(int fd, int cmd, short type, off_t start, off_t len) {
  struct flock l = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = len};
  if (fcntl(fd, cmd, &l)) fail("lock");
}

static void files(void) {
  int fd = make("locked");
  lseek(fd, 4711, SEEK_SET);
  if (flock(fd, LOCK_SH)) fail("flock");
  lock(fd, F_SETLK, F_WRLCK, 10, 20);
  lock(fd, F_OFD_SETLK, F_RDLCK, 100, 0);
  struct stat st;
  fstat(fd, &st);
  printf("fd_locked=%d\nino_locked=%lu\n", fd, (unsigned long)st.st_ino);
  printf("flags_locked=%x\n", fcntl(fd, F_GETFL));
  int leased = open("leased", O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
  if (fcntl(leased, F_SETLEASE, F_RDLCK)) fail("lease");
  printf("fd_leased=%d\n", leased);
  int event = eventfd(42, EFD_SEMAPHORE);
  printf("fd_event=%d\n", event);
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event ev = {.events = EPOLLIN, .data.u64 = 0x1234};
  epoll_ctl(epoll, EPOLL_CTL_ADD, event, &ev);
  printf("fd_epoll=%d\n", epoll);
  int watch = inotify_init1(0);
  inotify_add_watch(watch, ".", IN_CREATE | IN_DELETE);
  printf("fd_inotify=%d\n", watch);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  printf("fd_signal=%d\n", signalfd(-1, &set, 0));
  int timer = timerfd_create(CLOCK_MONOTONIC, 0);
  struct itimerspec it = {.it_value.tv_sec = 100000, .it_interval.tv_nsec = 5};
  timerfd_settime(timer, 0, &it, 0);
  printf("fd_timer=%d\n", timer);
}

static void timers(void) {
  timer_t id;
  struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 3};
  ev.sigev_value.sival_ptr = (void *)0x7fff12345678;
  if (timer_create(CLOCK_MONOTONIC, &ev, &id)) fail("timer");
  ev.sigev_notify = SIGEV_THREAD_ID;
  ev.sigev_signo = SIGUSR1;
  ev.sigev_value.sival_int = 7;
  ev._sigev_un._tid = gettid();
  if (timer_create(CLOCK_PROCESS_CPUTIME_ID, &ev, &id)) fail("timer");
  ev.sigev_notify = SIGEV_NONE;
  if (timer_create(CLOCK_REALTIME, &ev, &id)) fail("timer");
}

static void signals(void) {
  signal(SIGHUP, SIG_IGN);
  signal(SIGALRM, (void (*)(int))abort);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  sigaddset(&set, SIGRTMAX);
  sigprocmask(SIG_BLOCK, &set, 0);
  raise(SIGUSR2);
  kill(getpid(), SIGRTMAX);
}

static void *sleeper(void *name) {
  prctl(PR_SET_NAME, name);
  for (;;) pause();
}

int main(int argc, char **argv) {
  if (argc != 2 || chdir(argv[1])) fail("folder");
  setvbuf(stdout, 0, _IOLBF, 0);
  if (personality(ADDR_NO_RANDOMIZE | personality(0xffffffff)) < 0) fail("personality");
  umask(027);
  struct rlimit rl = {4711, 1048576};
  setrlimit(RLIMIT_CORE, &rl);
  maps();
  files();
  timers();
  signals();
  pthread_t thread;
  pthread_create(&thread, 0, sleeper, "x) R 1 (\\\n");
  prctl(PR_SET_TIMERSLACK, 12345);
  prctl(PR_SET_NAME, "a) R 1\n(b\\ ");
  if (fork() == 0) sleeper("child");
  printf("pid=%d\nppid=%d\npgrp=%d\nsession=%d\n", getpid(), getppid(), getpgrp(), getsid(0));
  printf("brk=%lx\nnice=%d\n", (unsigned long)sbrk(0), nice(3));
  gid_t groups[] = {100, 4000000000u};
  syscall(SYS_setgroups, 2, groups);
  if (setresgid(11, 12, 13) || setresuid(21, 22, 23)) fail("setresuid");
  prctl(PR_SET_DUMPABLE, 1);
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  printf("ready=1\n");
  for (;;) pause();
}
