// Restores what a function may change of init from outside: the descriptors that it shares with init, and what a process
// may set for another process of its own user (nice, scheduling, affinity, I/O priority, out-of-memory score). filter.h
// protects its limits.
#pragma once
#include <fcntl.h>
#include <stdint.h>
#include <sys/types.h>

struct guard {
    struct shared {
        int fd, flags, pipe_size, mode;
        gid_t group;
    } shared[3];
    struct attributes {
        struct {
            uint32_t size, policy;
            uint64_t flags;
            int32_t nice;
            uint32_t priority;
            uint64_t runtime, deadline, period;
            uint32_t least, most;
        } scheduling; // as in sched_getattr(2)
        unsigned long processors[1024 / (8 * sizeof(long))];
        long io_priority;
        char oom_score[16], session_priority[64]; // of the session: /proc/self/autogroup
    } attributes;
};

void guard_remember(struct guard *guard, int null);

// Restores what init may; 0 if all is as before.
int guard_restore(const struct guard *guard);
