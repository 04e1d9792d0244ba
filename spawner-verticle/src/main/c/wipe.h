#pragma once
#include <stdint.h>
#include <sys/stat.h>

// Empties a tmpfs mount that a stranger filled, however deep and whatever its modes, and makes the folder itself as it
// was: mode, attributes, times. 0 when that worked before `until` (now_us).
int wipe_folder(const char *path, const struct stat *before, uint64_t until);
