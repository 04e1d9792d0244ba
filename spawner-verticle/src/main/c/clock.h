#pragma once
#include <stdint.h>
#include <time.h>

static inline uint64_t clock_us(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * 1000000ull + now.tv_nsec / 1000;
}

static inline uint64_t now_us(void) {
    return clock_us(CLOCK_MONOTONIC);
}
