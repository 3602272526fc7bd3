/*
 * Runs a command and says what it cost: measure RESULT COMMAND [ARGUMENT]...
 *
 * Writes one line into RESULT: wait status, wall time (ns), CPU time of the command and of the
 * children that it waited for (us), largest anonymous and largest resident memory (KiB).
 *
 * The resident memory is the kernel's own peak of the command and those children (ru_maxrss). Anonymous
 * memory has no such peak: it is looked at every half millisecond, of the command alone. It is what
 * statm calls resident less shared. NB: this program is small, and forks, because ru_maxrss of a child
 * begins with the size of whoever started it.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static atomic_int over;
static long anon_pages;

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void *look(void *arg) {
  char text[128];
  struct timespec pause = {0, 500000};
  snprintf(text, sizeof text, "/proc/%d/statm", *(pid_t *)arg);
  int fd = open(text, O_RDONLY);
  while (fd >= 0 && !over) {
    long size, resident, shared;
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    if (n <= 0) break;
    text[n] = 0;
    if (sscanf(text, "%ld %ld %ld", &size, &resident, &shared) == 3 &&
        resident - shared > anon_pages)
      anon_pages = resident - shared;
    nanosleep(&pause, NULL);
  }
  return NULL;
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  uint64_t begin = now();
  pid_t pid = fork();
  if (pid == 0) {
    execvp(argv[2], argv + 2);
    _exit(127);
  }
  pthread_t thread;
  if (pid < 0 || pthread_create(&thread, NULL, look, &pid)) return 1;
  int status;
  struct rusage use;
  if (wait4(pid, &status, 0, &use) != pid) return 1;
  uint64_t wall = now() - begin;
  over = 1;
  pthread_join(thread, NULL);
  FILE *result = fopen(argv[1], "w");
  if (!result) return 1;
  uint64_t cpu = (uint64_t)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000000 +
                 use.ru_utime.tv_usec + use.ru_stime.tv_usec;
  fprintf(result, "%d %lu %lu %ld %ld\n", status, wall, cpu, anon_pages * 4, use.ru_maxrss);
  return fclose(result) != 0;
}
