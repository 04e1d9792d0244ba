#define _GNU_SOURCE
#include "guard.h"
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static void read_attributes(struct attributes *now) {
    memset(now, 0, sizeof *now);
    syscall(SYS_sched_getattr, 0, &now->scheduling, sizeof now->scheduling, 0);
    syscall(SYS_sched_getaffinity, 0, sizeof now->processors, now->processors);
    now->io_priority = syscall(SYS_ioprio_get, 1 /* IOPRIO_WHO_PROCESS */, 0);
    int fd = open("/proc/self/oom_score_adj", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    if (read(fd, now->oom_score, sizeof now->oom_score - 1) < 0) now->oom_score[0] = 0;
    close(fd);
}

void guard_remember(struct guard *guard, int null) {
    const int shared[] = {null, STDOUT_FILENO, STDERR_FILENO};
    for (int i = 0; i < 3; i++) {
        guard->shared[i].fd = shared[i];
        guard->shared[i].flags = fcntl(shared[i], F_GETFL);
        guard->shared[i].pipe_size = fcntl(shared[i], F_GETPIPE_SZ); // -1 if it is not a pipe
    }
    read_attributes(&guard->attributes);
}

static int descriptors_are_right(const struct guard *guard) {
    int right = 1;
    for (int i = 0; i < 3; i++) {
        int fd = guard->shared[i].fd, size = guard->shared[i].pipe_size;
        fcntl(fd, F_SETFL, guard->shared[i].flags);
        if (fcntl(fd, F_GETFL) != guard->shared[i].flags) right = 0;
        if (size > 0 && fcntl(fd, F_GETPIPE_SZ) != size && fcntl(fd, F_SETPIPE_SZ, size) != size) right = 0;
    }
    return right;
}

int guard_restore(const struct guard *guard) {
    int right = descriptors_are_right(guard);
    struct attributes now;
    read_attributes(&now);
    if (memcmp(now.processors, guard->attributes.processors, sizeof now.processors)) {
        syscall(SYS_sched_setaffinity, 0, sizeof now.processors, guard->attributes.processors);
        read_attributes(&now);
    }
    return right && memcmp(&now, &guard->attributes, sizeof now) == 0 ? 0 : -1;
}
