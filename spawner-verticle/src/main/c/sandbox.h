// Removes what a run can leave in the container besides processes, before the next run.
#pragma once
#include <limits.h>
#include <sys/stat.h>

#define MAX_WIPED 32
#define MAX_WATCHED 64

// A folder in which any change by the function can be detected: no program can set a change time.
struct watched {
    const char *path;
    int count;
    struct {
        char name[64];
        struct timespec changed;
    } entries[MAX_WATCHED];
};

struct sandbox {
    char cwd[PATH_MAX];
    struct wiped {
        char *path;
        struct stat before;
    } wiped[MAX_WIPED]; // the tmpfs mounts
    int wiped_count;
    struct watched watched[2];
    int reusable; // no other mount can keep data from one run to the next
};

void sandbox_remember(struct sandbox *sandbox);

// Empties the tmpfs mounts within two seconds. 0 if all are as before.
int sandbox_wipe(const struct sandbox *sandbox);

// Restores the sandbox. 0 if nothing of the last run is left.
int sandbox_reset(const struct sandbox *sandbox);
