#define _GNU_SOURCE
#include "secrets.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

// O_EXCL: no link leads elsewhere.
static int write_file(const struct secret *secret) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, SECRETS "/%s", secret->name);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400), failed = 0;
    if (fd < 0 || fchmod(fd, 0400)) failed = errno; // open obeys the umask
    for (uint32_t done = 0; !failed && done < secret->length;) {
        ssize_t count = write(fd, secret->bytes + done, secret->length - done);
        if (count > 0) done += count;
        else if (count == 0 || errno != EINTR) failed = count == 0 ? ENOSPC : errno;
    }
    if (fd >= 0) close(fd);
    errno = failed;
    return failed ? -1 : 0;
}

int secrets_write(const struct run_frame *frame, const struct identity *as) {
    struct secret secret;
    const uint8_t *at = frame->secrets, *end = (const uint8_t *)frame->argument;
    int failed = 0;
    if (as) {
        setfsgid(as->group);
        setfsuid(as->user);
    }
    for (uint32_t i = 0; !failed && i < frame->head.secrets; i++) {
        at = secret_next(&secret, at, end);
        failed = write_file(&secret);
    }
    if (as) {
        int error = errno;
        setfsuid(geteuid());
        setfsgid(getegid());
        errno = error;
    }
    return failed;
}
