#define _GNU_SOURCE
#include "meter.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int open_below(const char *cgroups, const char *name) {
    char path[256];
    if (snprintf(path, sizeof path, "%s/%s", cgroups, name) >= (int)sizeof path) return -1;
    return open(path, O_RDONLY | O_CLOEXEC);
}

static int first_of(const char *cgroups, const char *const names[]) {
    int fd = -1;
    for (; fd < 0 && *names; names++) fd = open_below(cgroups, *names);
    return fd;
}

enum { TEXT_BYTES = 2048 };

// The beginning of the file; empty if it cannot be read.
static void read_text(int fd, char *text) {
    ssize_t count = fd < 0 ? 0 : pread(fd, text, TEXT_BYTES - 1, 0);
    text[count > 0 ? count : 0] = 0;
}

// The number after "key " at the beginning of a line; without a key, the first number of the text.
static uint64_t find_number(const char *text, const char *key) {
    if (!key) return strtoull(text, NULL, 10);
    size_t length = strlen(key);
    for (const char *line = text; line; line = strchr(line, '\n')) {
        if (*line == '\n') line++;
        if (strncmp(line, key, length) == 0 && line[length] == ' ') return strtoull(line + length, NULL, 10);
    }
    return 0;
}

static uint64_t number(int fd, const char *key) {
    char text[TEXT_BYTES];
    read_text(fd, text);
    return find_number(text, key);
}

void meter_open(struct meter *meter, const char *cgroups) {
    meter->cpu = open_below(cgroups, "cpu.stat");
    meter->cpu_in_us = meter->cpu >= 0;
    if (meter->cpu < 0) {
        meter->cpu = first_of(cgroups, (const char *[]){"cpuacct/cpuacct.usage", "cpu,cpuacct/cpuacct.usage", NULL});
    }
    meter->oom = first_of(cgroups, (const char *[]){"memory.events", "memory/memory.oom_control", NULL});
    meter->peak = first_of(cgroups, (const char *[]){"memory.peak", "memory/memory.max_usage_in_bytes", NULL});
    meter->memory = first_of(cgroups, (const char *[]){"memory.stat", "memory/memory.stat", NULL});
}

int meter_knows_cpu(const struct meter *meter) {
    return meter->cpu >= 0;
}

struct reading meter_read(const struct meter *meter) {
    return (struct reading){
        .cpu_us = meter->cpu_in_us ? number(meter->cpu, "usage_usec") : number(meter->cpu, NULL) / 1000,
        .oom_kills = number(meter->oom, "oom_kill"),
        .peak_memory = number(meter->peak, NULL),
    };
}

// "anon" is of version 2, "rss" of version 1.
uint64_t meter_memory(const struct meter *meter) {
    char text[TEXT_BYTES];
    read_text(meter->memory, text);
    return find_number(text, "anon") + find_number(text, "rss") + find_number(text, "shmem");
}
