#define _GNU_SOURCE
#include "sandbox.h"
#include "clock.h"
#include "mounts.h"
#include "wipe.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

#define WIPE_LIMIT_US 2000000

// Subfolders are other mounts (pts, shm, mqueue), or their creation changes the folder itself.
static int watch_read(struct watched *now) {
    DIR *folder = opendir(now->path);
    now->count = 0;
    if (!folder) return -1;
    for (struct dirent *entry; (entry = readdir(folder));) {
        struct stat found;
        if (strcmp(entry->d_name, "..") == 0) continue;
        int fits = now->count < MAX_WATCHED && strlen(entry->d_name) < sizeof now->entries[0].name;
        if (!fits || fstatat(dirfd(folder), entry->d_name, &found, AT_SYMLINK_NOFOLLOW)) {
            closedir(folder);
            return -1;
        }
        if (S_ISDIR(found.st_mode) && strcmp(entry->d_name, ".") != 0) continue;
        strcpy(now->entries[now->count].name, entry->d_name);
        now->entries[now->count++].changed = found.st_ctim;
    }
    closedir(folder);
    return 0;
}

static int watch_same(const struct watched *before) {
    if (!before->path) return 1;
    struct watched now = {.path = before->path};
    if (watch_read(&now) || now.count != before->count) return 0;
    for (int i = 0; i < now.count; i++) { // an unchanged folder lists its entries in the same order
        if (strcmp(now.entries[i].name, before->entries[i].name) != 0) return 0;
        if (memcmp(&now.entries[i].changed, &before->entries[i].changed, sizeof now.entries[i].changed)) return 0;
    }
    return 1;
}

static int is_below(const char *path, const char *folder) {
    return path_is_within(path, folder) && strcmp(path, folder) != 0;
}

// Records how a writable mount is reset between runs; clears reusable if it cannot be.
static void remember_mount(void *context, const struct mount *mount) {
    struct sandbox *sandbox = context;
    const char *path = mount->path, *type = mount->type;
    struct stat found;
    if (!mount_is_writable(mount)) return;
    static const char *const keep_no_data[] = {"proc", "sysfs", "devpts", "cgroup", "cgroup2", NULL};
    for (const char *const *name = keep_no_data; *name; name++) {
        if (strcmp(type, *name) == 0) return;
    }
    if (stat(path, &found)) {
        sandbox->reusable = 0;
        return;
    }
    static const char *const watchable[] = {"/dev", "/sys/fs/cgroup"};
    for (int i = 0; i < 2; i++) {
        if (strcmp(path, watchable[i]) != 0) continue;
        sandbox->watched[i].path = watchable[i];
        if (watch_read(&sandbox->watched[i])) sandbox->reusable = 0;
        return;
    }
    int in_memory = strcmp(type, "tmpfs") == 0;
    if (in_memory && !S_ISDIR(found.st_mode)) return; // Docker mounts /dev/null over files of /proc
    int wipeable = (in_memory || strcmp(type, "mqueue") == 0) && !is_below(sandbox->cwd, path);
    char *copy = wipeable && sandbox->wiped_count < MAX_WIPED ? strdup(path) : NULL;
    if (copy) sandbox->wiped[sandbox->wiped_count++] = (struct wiped){copy, found};
    else sandbox->reusable = 0;
}

void sandbox_remember(struct sandbox *sandbox) {
    if (!getcwd(sandbox->cwd, sizeof sandbox->cwd)) strcpy(sandbox->cwd, "/");
    sandbox->reusable = 1;
    if (mounts_read(remember_mount, sandbox)) sandbox->reusable = 0;
}

int sandbox_wipe(const struct sandbox *sandbox) {
    uint64_t until = now_us() + WIPE_LIMIT_US;
    int left = 0;
    for (int i = 0; i < sandbox->wiped_count; i++) {
        left |= wipe_folder(sandbox->wiped[i].path, &sandbox->wiped[i].before, until);
    }
    return left;
}

enum ipc { SHARED_MEMORY, SEMAPHORES, MESSAGES };

static int remove_ipc(enum ipc what, int id) {
    switch (what) {
    case SHARED_MEMORY: return shmctl(id, IPC_RMID, NULL);
    case SEMAPHORES: return semctl(id, 0, IPC_RMID);
    default: return msgctl(id, IPC_RMID, NULL);
    }
}

static int ipc_clean(const char *list, enum ipc what) {
    FILE *file = fopen(list, "re");
    char line[512];
    int id, left = 0;
    if (!file) return 0; // the kernel has no System V IPC
    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, "%*d %d", &id) == 1 && remove_ipc(what, id)) left = -1;
    }
    fclose(file);
    return left;
}

int sandbox_reset(const struct sandbox *sandbox) {
    if (!sandbox->reusable || sandbox_wipe(sandbox)) return -1;
    if (ipc_clean("/proc/sysvipc/shm", SHARED_MEMORY) | ipc_clean("/proc/sysvipc/sem", SEMAPHORES) |
        ipc_clean("/proc/sysvipc/msg", MESSAGES)) {
        return -1;
    }
    if (!watch_same(&sandbox->watched[0]) || !watch_same(&sandbox->watched[1])) return -1;
    return chdir(sandbox->cwd);
}
