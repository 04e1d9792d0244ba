#define _GNU_SOURCE
#include "mounts.h"
#include <stdio.h>
#include <string.h>

// The kernel writes blanks and other special characters as \ooo.
static void unescape(char *text) {
    char *to = text;
    for (const char *from = text; *from; to++) {
        if (from[0] == '\\' && from[1] && from[2] && from[3]) {
            *to = (from[1] - '0') * 64 + (from[2] - '0') * 8 + (from[3] - '0');
            from += 4;
        } else {
            *to = *from++;
        }
    }
    *to = 0;
}

int mounts_read(void (*each)(void *context, const struct mount *mount), void *context) {
    FILE *mounts = fopen("/proc/self/mountinfo", "re");
    if (!mounts) return -1;
    char line[3 * PATH_MAX];
    int wrong = 0;
    while (fgets(line, sizeof line, mounts)) {
        struct mount mount;
        const char *tail = strstr(line, " - ");
        if (!strchr(line, '\n') || !tail || sscanf(line, "%*s %*s %*s %*s %4095s %255s", mount.path, mount.flags) != 2 ||
            sscanf(tail, " - %63s %*s %511s", mount.type, mount.options) != 2) {
            wrong = -1;
            continue;
        }
        unescape(mount.path);
        each(context, &mount);
    }
    fclose(mounts);
    return wrong;
}

int mount_is_writable(const struct mount *mount) {
    return strncmp(mount->flags, "rw", 2) == 0;
}

int path_is_within(const char *path, const char *folder) {
    size_t length = strlen(folder);
    return strncmp(path, folder, length) == 0 && (path[length] == 0 || path[length] == '/');
}
