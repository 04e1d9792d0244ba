#define _GNU_SOURCE
#include "wipe.h"
#include "clock.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#define FOLDER (O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
#define ALL_MODES 07777

// Removes what can be removed at once from the folder. Returns the open descriptor of a subfolder that has to be emptied
// first, or NOTHING if the folder is empty, or STUCK.
enum { NOTHING = -1, STUCK = -2 };

static int sweep(int folder) {
    int copy = openat(folder, ".", FOLDER);
    DIR *list = copy < 0 ? NULL : fdopendir(copy);
    int result = NOTHING;
    if (!list) {
        if (copy >= 0) close(copy);
        return STUCK;
    }
    for (struct dirent *entry; result == NOTHING && (entry = readdir(list));) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) continue;
        if (unlinkat(folder, name, entry->d_type == DT_DIR ? AT_REMOVEDIR : 0) == 0) continue;
        result = STUCK; // for example because a mount is on it
        if (errno != ENOTEMPTY) break;
        int below = openat(folder, name, FOLDER);
        if (below < 0 && fchmodat(folder, name, 0700, 0) == 0) below = openat(folder, name, FOLDER); // its mode forbade it
        if (below >= 0) result = below;
    }
    closedir(list);
    return result;
}

// Without recursion and without one descriptor for each level, because a tree may be very deep.
static int empty(int root, uint64_t until) {
    int here = openat(root, ".", FOLDER), depth = 0;
    while (here >= 0) {
        int below = now_us() > until ? STUCK : sweep(here);
        if (below == STUCK) break;
        if (below == NOTHING && depth == 0) {
            close(here);
            return 0;
        }
        int next = below == NOTHING ? openat(here, "..", FOLDER) : below;
        depth += below == NOTHING ? -1 : 1;
        close(here);
        here = next;
    }
    if (here >= 0) close(here);
    return -1;
}

// Security attributes stay: a function cannot set them.
static int remove_attributes(int folder) {
    char names[4096];
    ssize_t length = flistxattr(folder, names, sizeof names);
    if (length < 0) return errno == ENOTSUP ? 0 : -1;
    int left = 0;
    for (const char *name = names; name < names + length; name += strlen(name) + 1) {
        if (strncmp(name, "security.", 9) != 0 && fremovexattr(folder, name)) left = -1;
    }
    return left;
}

int wipe_folder(const char *path, const struct stat *before, uint64_t until) {
    chmod(path, (before->st_mode & ALL_MODES) | 0700); // the function may have removed init's permissions
    int root = open(path, FOLDER);
    if (root < 0) return -1;
    int left = empty(root, until) | remove_attributes(root);
    fchmod(root, before->st_mode & ALL_MODES);
    futimens(root, (struct timespec[]){before->st_atim, before->st_mtim});
    struct stat now;
    if (fstat(root, &now) || now.st_mode != before->st_mode || now.st_uid != before->st_uid ||
        now.st_gid != before->st_gid) {
        left = -1;
    }
    close(root);
    return left;
}
