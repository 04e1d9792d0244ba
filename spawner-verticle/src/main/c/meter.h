// Reads what a run uses from the sandbox's own cgroup (version 1 or 2). Missing files count as zero.
#pragma once
#include <stdint.h>

struct meter {
    int cpu, oom, peak, memory; // descriptors, kept open, because a function may lower init's limit of descriptors
    int cpu_in_us;      // version 2; version 1 counts nanoseconds
};

struct reading {
    uint64_t cpu_us, oom_kills, peak_memory;
};

void meter_open(struct meter *meter, const char *cgroups); // cgroups: /sys/fs/cgroup
int meter_knows_cpu(const struct meter *meter);
struct reading meter_read(const struct meter *meter);

// The bytes that processes and tmpfs use now.
uint64_t meter_memory(const struct meter *meter);
