/*
 * A task to dump: task MIB FILE
 *
 * Holds MIB of random bytes in pages of 4 KiB, no two of them alike. A thread of it looks at the clock
 * every 100 microseconds and keeps the largest gap between two looks in FILE, which the bench has
 * mapped too and sets to 0 whenever it likes: so a freeze is seen from outside.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096

struct shared {
  volatile uint64_t ready;
  volatile uint64_t gap_nanos;
  volatile uint64_t ticks;
};

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void *tick(void *arg) {
  struct shared *shared = arg;
  struct timespec pause = {0, 100000};
  uint64_t last = now();
  for (;;) {
    nanosleep(&pause, NULL);
    uint64_t time = now();
    if (time - last > shared->gap_nanos) shared->gap_nanos = time - last;
    shared->ticks++;
    last = time;
  }
  return NULL;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  uint64_t bytes = strtoull(argv[1], NULL, 10) << 20;
  int fd = open(argv[2], O_RDWR);
  struct shared *shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  uint64_t *memory =
      mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (fd < 0 || shared == MAP_FAILED || memory == MAP_FAILED) return 1;
  close(fd);
  uint64_t x = now() | 1;
  for (uint64_t i = 0; i < bytes / sizeof *memory; i++) {
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    memory[i] = x;
  }
  pthread_t thread;
  if (pthread_create(&thread, NULL, tick, shared)) return 1;
  shared->ready = 1;
  for (;;) pause();
}
