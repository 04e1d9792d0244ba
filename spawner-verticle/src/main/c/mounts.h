// Reads the mounts of the container.
#pragma once
#include <limits.h>

// One line of /proc/self/mountinfo.
struct mount {
    char path[PATH_MAX];
    char type[64];
    char flags[256];   // of the mount: rw,nosuid,…
    char options[512]; // of the file system: rw,size=65536k,…
};

// Calls `each` for every mount, in the order in which they were mounted. -1 if a line cannot be read.
int mounts_read(void (*each)(void *context, const struct mount *mount), void *context);

int mount_is_writable(const struct mount *mount);

// Whether the path is the folder, or below it.
int path_is_within(const char *path, const char *folder);
