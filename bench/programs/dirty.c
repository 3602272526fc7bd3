/* dirty MIB FILE: random bytes; whenever FILE says so writes to so many pages of them, and says how long that took,
   or writes to the first 4 MiB all the time, and says how many pages it has done. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096UL

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    size_t pages = (strtoul(argv[1], NULL, 0) << 20) / PAGE;
    int fd = open(argv[2], O_RDWR);
    volatile int64_t *word = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    uint64_t *memory = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (word == MAP_FAILED || memory == MAP_FAILED)
        return 1;
    close(fd);
    uint64_t random = 88172645463325252UL;
    for (size_t i = 0; i < pages * PAGE / 8; i++) {
        random ^= random << 13, random ^= random >> 7, random ^= random << 17;
        memory[i] = random;
    }
    size_t hot = pages < 1024 ? pages : 1024;
    /* 0 ready, 1 which request, 2 pages, 3 which was done, 4 nanoseconds, 5 at work, 6 pages of work */
    word[0] = 1;
    for (int64_t done = 0;;) {
        if (word[5]) {
            uint64_t *page = memory + word[6] % hot * PAGE / 8;
            for (size_t i = 0; i < PAGE / 8; i++)
                page[i] += i;
            word[6]++;
            continue;
        }
        struct timespec pause = {0, 200000};
        nanosleep(&pause, NULL);
        if (word[1] == done)
            continue;
        size_t nr = word[2], step = pages / nr;
        int64_t begin = now();
        for (size_t i = 0; i < nr; i++)
            memory[i * step * PAGE / 8] += 1;
        word[4] = now() - begin;
        word[3] = done = word[1];
    }
}
