/* Numbers from the seed of random_state: the same seed makes the same choices in the same order. */
#ifndef RANDOM_H
#define RANDOM_H
#include "selfcheck.h"

static uint64_t random_state;

static inline void random_seed(uint64_t seed)
{
    random_state = seed * 0x9E3779B97F4A7C15ULL + 1;
    for (int i = 0; i < 8; i++)
        sc_rand(&random_state);
}

/* 0 to n-1. */
static inline uint64_t below(uint64_t n)
{
    return (sc_rand(&random_state) >> 16) % n;
}

static inline uint64_t between(uint64_t low, uint64_t high)
{
    return low + below(high - low + 1);
}

static inline bool chance(unsigned percent)
{
    return below(100) < percent;
}

/* One element of an array. */
#define ONE_OF(a) ((a)[below(ARRAY_LEN(a))])
#endif
