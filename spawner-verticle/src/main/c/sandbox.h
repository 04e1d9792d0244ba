// What a run can leave behind in the container besides processes, and how it is got rid of before the next run.
#pragma once
#include <limits.h>
#include <sys/stat.h>

#define MOST_WIPED 32
#define MOST_WATCHED 64

// A folder of which any change by the function shows: nobody can set a change time.
struct watched {
    const char *path;
    int count;
    struct {
        char name[64];
        struct timespec changed;
    } entries[MOST_WATCHED];
};

struct sandbox {
    char cwd[PATH_MAX];
    struct wiped {
        char *path;
        struct stat before;
    } wiped[MOST_WIPED]; // the tmpfs mounts
    int wiped_count;
    struct watched watched[2];
    int reusable; // nothing else in it can keep anything
};

void sandbox_remember(struct sandbox *sandbox);

// Empties the tmpfs mounts, within two seconds. 0 when all of them are as they were.
int sandbox_wipe(const struct sandbox *sandbox);

// Everything. 0 when the sandbox is as good as new.
int sandbox_reset(const struct sandbox *sandbox);
