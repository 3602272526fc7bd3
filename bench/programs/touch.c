/* touch MIB FILE: random bytes; whenever FILE says so touches so many pages of them, here and there but the same each
   time, and says how long the slowest of them took, by percentiles. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096UL
#define MOST (1UL << 20)

static int64_t took[MOST];

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
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
    for (size_t i = 0; i < MOST; i++)
        took[i] = -1;
    /* 0 ready, 1 which request, 2 touches, 3 which was done, 4 median, 5 99th percentile, 6 the slowest, 7 all, in ns, 9 places */
    word[0] = 1;
    for (int64_t done = 0;;) {
        struct timespec pause = {0, 200000};
        nanosleep(&pause, NULL);
        if (word[1] == done)
            continue;
        size_t nr = word[2] < (int64_t)MOST ? word[2] : MOST;
        uint64_t at = 1, sum = 0;
        int64_t begin = now();
        for (size_t i = 0; i < nr; i++) {
            at = at * 6364136223846793005UL + 1442695040888963407UL;
            /* of all pages; or of some places of 64 pages each, with some work in between */
            size_t page = (at >> 33) % pages;
            if (word[9])
                page = (at >> 33) % word[9] * (pages / word[9]) + (at >> 20) % 64;
            int64_t before = now();
            sum += memory[page * (PAGE / 8)];
            took[i] = now() - before;
            while (word[9] && now() - before < took[i] + 20000)
                sum++;
        }
        word[7] = now() - begin;
        word[8] = sum;
        qsort(took, nr, sizeof(took[0]), compare);
        word[4] = took[nr / 2], word[5] = took[nr - nr / 100 - 1], word[6] = took[nr - 1];
        word[3] = done = word[1];
    }
}
