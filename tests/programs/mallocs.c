/* Random malloc, realloc and free with patterns, seeded; goes on after go. */
#include "selfcheck.h"

#define NR 3000

static struct block {
    uint8_t *p;
    size_t size;
    uint64_t seed;
} blocks[NR];
static uint64_t rng;

static void check(const struct block *b)
{
    CHECK(!b->p || sc_verify(b->p, b->size, b->seed) < 0, "block of %zu bytes", b->size);
}

static size_t random_size(void)
{
    uint64_t r = sc_rand(&rng);
    return r % 50 ? r % 2000 + 1 : r % 400000 + 1;
}

static void churn(int rounds)
{
    for (int i = 0; i < rounds; i++) {
        struct block *b = &blocks[sc_rand(&rng) % NR];
        check(b);
        if (sc_rand(&rng) % 3 == 0) {
            free(b->p);
            b->p = NULL;
            continue;
        }
        size_t was = b->p ? b->size : 0, now = random_size();
        uint8_t *p = realloc(b->p, now);
        CHECK(p, "out of memory");
        b->p = p;
        CHECK(was < 8 || now < 8 || sc_verify(p, (was < now ? was : now) & ~7UL, b->seed) < 0, "realloc");
        b->size = now;
        b->seed = sc_rand(&rng);
        sc_fill(p, now, b->seed);
    }
}

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    rng = argc > 2 ? strtoull(argv[2], NULL, 10) : 20080815;
    sc_note("seed %llu", (unsigned long long)rng);
    churn(20000);
    sc_hold();
    for (int i = 0; i < NR; i++)
        check(&blocks[i]);
    churn(20000);
    for (int i = 0; i < NR; i++) {
        check(&blocks[i]);
        free(blocks[i].p);
    }
    return sc_finish();
}
