/*
 * What the machine can do without us: plain HOW THREADS BLOCK FILE BYTES; prints nanoseconds.
 *
 * HOW is
 *   touch   touch so much memory and give it back: a virtual machine is slow at the first touch
 *   write   write(2) the file new, from one block of random bytes
 *   mmap    the same by fallocate(2) and memcpy into a mapping
 *   read    read(2) the file into fresh memory
 *   huge    the same, the memory asked for with MADV_HUGEPAGE
 * by THREADS threads that take an equal part each, in blocks of BLOCK bytes.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int how, fd;
static uint64_t block;
static char *memory, *source;

struct part {
  pthread_t thread;
  uint64_t from, to;
};

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void *work(void *arg) {
  struct part *part = arg;
  for (uint64_t at = part->from; at < part->to;) {
    uint64_t len = part->to - at < block ? part->to - at : block;
    ssize_t n = len;
    if (how == 't')
      for (uint64_t i = 0; i < len; i += 4096) memory[at + i] = 1;
    else if (how == 'm')
      memcpy(memory + at, source, len);
    else
      n = how == 'w' ? pwrite(fd, source, len, at) : pread(fd, memory + at, len, at);
    if (n <= 0) fail("i/o");
    at += n;
  }
  return NULL;
}

static void *map(uint64_t bytes, int flags, int file) {
  void *area = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, file, 0);
  if (area == MAP_FAILED) fail("mmap");
  return area;
}

static void prepare(const char *file, uint64_t bytes) {
  if (how == 'w' || how == 'm') {
    unlink(file);
    fd = open(file, O_CREAT | O_EXCL | O_RDWR, 0600);
    if (fd < 0) fail(file);
  } else if (how != 't') {
    fd = open(file, O_RDONLY);
    if (fd < 0) fail(file);
  }
  if (how == 'm') {
    if (fallocate(fd, 0, 0, bytes)) fail("fallocate");
    memory = map(bytes, MAP_SHARED, fd);
  } else if (how != 'w') {
    memory = map(bytes, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    if (how == 'h' && madvise(memory, bytes, MADV_HUGEPAGE)) fail("madvise");
  }
}

int main(int argc, char **argv) {
  if (argc != 6) return 2;
  how = argv[1][0];
  int threads = atoi(argv[2]);
  block = strtoull(argv[3], NULL, 10);
  uint64_t bytes = strtoull(argv[5], NULL, 10);
  source = map(block, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  int random = open("/dev/urandom", O_RDONLY);
  for (uint64_t i = 0; i < block;) {
    ssize_t n = read(random, source + i, block - i);
    if (n <= 0) fail("urandom");
    i += n;
  }
  struct part parts[threads];
  uint64_t share = (bytes / threads + 4095) & ~4095ul;
  uint64_t begin = now();
  prepare(argv[4], bytes);
  for (int i = 0; i < threads; i++) {
    parts[i].from = i * share < bytes ? i * share : bytes;
    parts[i].to = (i + 1) * share < bytes ? (i + 1) * share : bytes;
    if (pthread_create(&parts[i].thread, NULL, work, &parts[i])) fail("pthread_create");
  }
  for (int i = 0; i < threads; i++) pthread_join(parts[i].thread, NULL);
  if (how != 't' && close(fd)) fail("close");
  printf("%lu\n", now() - begin);
  return 0;
}
