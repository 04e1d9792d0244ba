// What a function may change of init without being let in: descriptors it shares with us, and all that a process may set
// of another of its own user (prlimit, nice, scheduling, affinity, priority of input and output, the out-of-memory score).
#pragma once
#include <fcntl.h>
#include <sys/resource.h>
#include <stdint.h>

struct guard {
    struct {
        int fd, flags, pipe_size;
    } shared[3];
    struct rlimit limits[RLIM_NLIMITS];
    struct attributes {
        struct {
            uint32_t size, policy;
            uint64_t flags;
            int32_t nice;
            uint32_t priority;
            uint64_t runtime, deadline, period;
            uint32_t least, most;
        } scheduling; // as sched_getattr(2) gives it
        unsigned long processors[1024 / (8 * sizeof(long))];
        long io_priority;
        char oom_score[16];
    } attributes;
};

void guard_remember(struct guard *guard, int null);

// Puts right what we may; 0 when all is as it was.
int guard_restore(const struct guard *guard);
