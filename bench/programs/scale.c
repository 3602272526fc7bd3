/*
 * A task with much of one thing: scale KIND NUMBER READY
 *
 * KIND is
 *   vmas     NUMBER mappings of one touched page, neighbours with other rights
 *   threads  NUMBER threads that wait
 *   fds      NUMBER descriptors: files at different offsets, their duplicates, eventfds, pipes
 *   reserve  NUMBER GiB of address space without rights
 *   sparse   NUMBER GiB that may be written, of which 64 pages were
 * Makes the file READY when it is done, and waits.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define PAGE 4096ul
#define SPARSE_PAGES 64

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static char *map(uint64_t bytes, int prot) {
  char *area = mmap(NULL, bytes, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (area == MAP_FAILED) fail("mmap");
  return area;
}

static void vmas(uint64_t n) {
  char *area = map(n * PAGE, PROT_READ | PROT_WRITE);
  for (uint64_t i = 0; i < n; i++) memset(area + i * PAGE, 1 + i % 251, PAGE);
  for (uint64_t i = 0; i < n; i += 2)
    if (mprotect(area + i * PAGE, PAGE, PROT_READ)) fail("mprotect");
}

static void *wait_for_ever(void *arg) {
  for (;;) pause();
  return arg;
}

static void threads(uint64_t n) {
  pthread_attr_t attr;
  pthread_attr_init(&attr);
  pthread_attr_setstacksize(&attr, 64 * 1024);
  for (uint64_t i = 1; i < n; i++) {
    pthread_t thread;
    if (pthread_create(&thread, &attr, wait_for_ever, NULL)) fail("pthread_create");
  }
}

static void fds(uint64_t n) {
  struct rlimit limit = {n + 64, n + 64};
  if (setrlimit(RLIMIT_NOFILE, &limit)) fail("setrlimit");
  for (uint64_t i = 0; i < n / 4; i++) {
    int fd = open("/proc/self/exe", O_RDONLY);
    if (fd < 0 || lseek(fd, i, SEEK_SET) < 0) fail("file");
    if (dup(fd) < 0 || eventfd(i, 0) < 0) fail("descriptor");
    int ends[2];
    if (i % 2 == 0 && pipe(ends)) fail("pipe");
  }
}

static void sparse(uint64_t bytes) {
  char *area = map(bytes, PROT_READ | PROT_WRITE);
  for (uint64_t i = 0; i < SPARSE_PAGES; i++) area[bytes / SPARSE_PAGES * i] = 1;
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  uint64_t n = strtoull(argv[2], NULL, 10);
  if (!strcmp(argv[1], "vmas")) vmas(n);
  else if (!strcmp(argv[1], "threads")) threads(n);
  else if (!strcmp(argv[1], "fds")) fds(n);
  else if (!strcmp(argv[1], "reserve")) map(n << 30, PROT_NONE);
  else if (!strcmp(argv[1], "sparse")) sparse(n << 30);
  else return 2;
  int ready = open(argv[3], O_CREAT | O_WRONLY, 0600);
  if (ready < 0) fail(argv[3]);
  close(ready);
  for (;;) pause();
}
