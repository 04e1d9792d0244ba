#define _GNU_SOURCE
#include "guard.h"
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void read_text(const char *path, char *text, size_t size) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    if (read(fd, text, size - 1) < 0) text[0] = 0;
    close(fd);
}

static void read_attributes(struct attributes *now) {
    memset(now, 0, sizeof *now);
    syscall(SYS_sched_getattr, 0, &now->scheduling, sizeof now->scheduling, 0);
    syscall(SYS_sched_getaffinity, 0, sizeof now->processors, now->processors);
    now->io_priority = syscall(SYS_ioprio_get, 1 /* IOPRIO_WHO_PROCESS */, 0);
    read_text("/proc/self/oom_score_adj", now->oom_score, sizeof now->oom_score);
    read_text("/proc/self/autogroup", now->session_priority, sizeof now->session_priority);
}

static int has_original_mode_and_group(const struct shared *shared) {
    struct stat found;
    return fstat(shared->fd, &found) == 0 && (int)(found.st_mode & 07777) == shared->mode && found.st_gid == shared->group;
}

void guard_remember(struct guard *guard, int null) {
    const int shared[] = {null, STDOUT_FILENO, STDERR_FILENO};
    for (int i = 0; i < 3; i++) {
        guard->shared[i].fd = shared[i];
        guard->shared[i].flags = fcntl(shared[i], F_GETFL);
        guard->shared[i].pipe_size = fcntl(shared[i], F_GETPIPE_SZ); // -1 if it is not a pipe
        struct stat found = {0};
        fstat(shared[i], &found);
        guard->shared[i].mode = found.st_mode & 07777;
        guard->shared[i].group = found.st_gid;
    }
    read_attributes(&guard->attributes);
}

// Locks, the signal and owner for O_ASYNC, and the hint outlive the processes that set them.
static int restore_descriptor(const struct shared *shared) {
    static uint64_t no_hint;
    uint64_t hint = 0;
    int fd = shared->fd, size = shared->pipe_size, restored = 1;
    fcntl(fd, F_SETFL, shared->flags);
    fcntl(fd, F_SETSIG, 0);
    fcntl(fd, F_SETOWN, 0);
    flock(fd, LOCK_UN);
    fcntl(fd, F_OFD_SETLK, &(struct flock){.l_type = F_UNLCK});
    fcntl(fd, F_SET_RW_HINT, &no_hint);
    if (!has_original_mode_and_group(shared) && (fchown(fd, -1, shared->group) || fchmod(fd, shared->mode))) restored = 0;
    if (size > 0 && fcntl(fd, F_GETPIPE_SZ) != size && fcntl(fd, F_SETPIPE_SZ, size) != size) restored = 0;
    fcntl(fd, F_GET_RW_HINT, &hint);
    return restored && !hint && fcntl(fd, F_GETFL) == shared->flags && fcntl(fd, F_GETSIG) == 0 && has_original_mode_and_group(shared);
}

static int restore_descriptors(const struct guard *guard) {
    int restored = 1;
    for (int i = 0; i < 3; i++) restored &= restore_descriptor(&guard->shared[i]);
    return restored;
}

int guard_restore(const struct guard *guard) {
    int restored = restore_descriptors(guard);
    struct attributes now;
    read_attributes(&now);
    if (memcmp(now.processors, guard->attributes.processors, sizeof now.processors)) {
        syscall(SYS_sched_setaffinity, 0, sizeof now.processors, guard->attributes.processors);
        read_attributes(&now);
    }
    return restored && memcmp(&now, &guard->attributes, sizeof now) == 0 ? 0 : -1;
}
