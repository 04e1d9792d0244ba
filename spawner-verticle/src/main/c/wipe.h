#pragma once
#include <stdint.h>
#include <sys/stat.h>

// Empties a tmpfs mount, whatever the depth and modes of its contents, and restores the folder itself: mode, attributes,
// times. 0 if that worked before `until` (now_us).
int wipe_folder(const char *path, const struct stat *before, uint64_t until);
