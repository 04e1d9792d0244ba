#define _GNU_SOURCE
#include "nested.h"
#include "clock.h"
#include "filter.h"
#include "mounts.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SCRATCH "/.faas" // hides init's program
#define ROOT SCRATCH "/root"
#define BUILD_LIMIT_MS 10000
#define FORK_TRIES 50 // 2 ms apart
#define END_LIMIT_US 1500000
#define MEMORY_TOLERANCE (1u << 20)
#define UNCOUNTED_PAGES 64 // per processor; the kernel adds them to the count later

// --- what the container has mounted ------------------------------------------------------------------------------------

struct plan {
    struct nested *nested;
    int error; // errno for a mount that cannot be copied
};

static unsigned long flags_of(const struct mount *mount) {
    static const struct {
        const char *name;
        unsigned long flag;
    } known[] = {{"nosuid", MS_NOSUID}, {"nodev", MS_NODEV}, {"noexec", MS_NOEXEC}};
    unsigned long flags = 0;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strstr(mount->flags, known[i].name)) flags |= known[i].flag;
    }
    return flags;
}

// Of a tmpfs: what limits it. The kernel does not show mode=1777, its default.
static char *limits_of(const struct mount *mount) {
    static const char *const kept[] = {"size=", "nr_inodes=", "mode=", "uid=", "gid=", NULL};
    char options[sizeof mount->options], limits[sizeof mount->options] = "";
    strcpy(options, mount->options);
    for (char *rest = options, *option; (option = strsep(&rest, ","));) {
        for (const char *const *name = kept; *name; name++) {
            if (strncmp(option, *name, strlen(*name)) != 0) continue;
            if (*limits) strcat(limits, ",");
            strcat(limits, option);
        }
    }
    return strdup(limits);
}

// A later mount hides earlier ones at its path and below.
static void forget_hidden(struct nested *nested, const char *path) {
    int left = 0;
    for (int i = 0; i < nested->mount_count; i++) {
        if (!path_is_within(nested->mounts[i].path, path)) nested->mounts[left++] = nested->mounts[i];
    }
    nested->mount_count = left;
}

static void remember_mount(void *context, const struct mount *one) {
    struct plan *plan = context;
    const char *path = one->path, *type = one->type;
    struct stat found;
    if (strcmp(path, "/") == 0) {
        plan->nested->writable_root = mount_is_writable(one);
        return;
    }
    if (path_is_within(path, SCRATCH)) return;
    forget_hidden(plan->nested, path);
    if (lstat(path, &found)) return; // below a folder that another mount hides
    enum mount_kind kind;
    if (path_is_within(path, "/sys")) kind = BIND_READ_ONLY;
    else if (strcmp(type, "proc") == 0 && strcmp(path, "/proc") == 0) kind = NEW_PROC;
    else if (strcmp(type, "devpts") == 0) kind = NEW_PTS;
    else if (strcmp(type, "mqueue") == 0) kind = NEW_MQUEUE;
    else if (path_is_within(path, "/proc") || !S_ISDIR(found.st_mode) || !mount_is_writable(one)) kind = BIND_READ_ONLY;
    else if (strcmp(path, "/dev") == 0) kind = NEW_OVERLAY;
    else if (strcmp(type, "tmpfs") == 0) kind = NEW_TMPFS;
    else {
        plan->error = ENOTSUP;
        return;
    }
    if (plan->nested->mount_count == MAX_MOUNTS) {
        plan->error = ENOSPC;
        return;
    }
    plan->nested->mounts[plan->nested->mount_count++] =
        (struct copied_mount){.kind = kind, .path = strdup(path), .flags = flags_of(one), .options = limits_of(one)};
    // Docker's files in /etc, and /dev/null, which it mounts over files of /proc: made read-only, so that no run changes even
    // their modes. A bind mount inherits that.
    if (kind == BIND_READ_ONLY && mount_is_writable(one) &&
        mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | flags_of(one), NULL)) {
        plan->error = errno;
    }
}

struct failure nested_remember(struct nested *nested) {
    struct plan plan = {.nested = nested};
    if (!getcwd(nested->cwd, sizeof nested->cwd)) strcpy(nested->cwd, "/");
    if (identity_find(&nested->identity, nested->user)) return (struct failure){STEP_USER, ENOENT};
    // As runc does, so that the user can open /dev/stdout.
    for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fchown(fd, nested->identity.user, -1)) return (struct failure){STEP_USER, errno};
    }
    if (nested->home_from_user && nested->identity.user != 0) setenv("HOME", nested->identity.home, 1);
    if (mounts_read(remember_mount, &plan)) plan.error = EINVAL;
    return plan.error ? (struct failure){STEP_MOUNTS, plan.error} : (struct failure){STEP_NONE, 0};
}

// --- the inner side: builds the root -----------------------------------------------------------------------------------

// An empty folder with the owner and mode of another one.
static int copy_folder(const char *name, const char *like) {
    struct stat found;
    if (stat(like, &found) || mkdir(name, 0700)) return -1;
    return chown(name, found.st_uid, found.st_gid) || chmod(name, found.st_mode & 07777) ? -1 : 0;
}

// Mounts the folder `lower` at `path`. Writes go to the scratch folder.
static int mount_overlay(const char *lower, const char *upper, const char *work, const char *path, unsigned long flags) {
    char options[256];
    snprintf(options, sizeof options, "lowerdir=%s,upperdir=%s,workdir=%s", lower, upper, work);
    if (copy_folder(upper, lower) || mkdir(work, 0700)) return -1;
    return mount("overlay", path, "overlay", flags, options);
}

static int mount_scratch(const struct nested *nested) {
    char options[128];
    long long bytes = atoll(nested->scratch);
    snprintf(options, sizeof options, "size=%lld,nr_inodes=%lld,mode=0700", bytes, bytes / 4096);
    return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
           mount("scratch", SCRATCH, "tmpfs", MS_NOSUID | MS_NODEV, options) || mkdir(ROOT, 0755);
}

// A read-only root cannot be changed, so runs share it.
static int mount_root(const struct nested *nested) {
    if (!nested->writable_root) return mount("/", ROOT, NULL, MS_BIND, NULL);
    return mount_overlay("/", SCRATCH "/upper", SCRATCH "/work", ROOT, 0);
}

static int copy_mount(const struct copied_mount *one) {
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, ROOT "%s", one->path) >= (int)sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    switch (one->kind) {
    case NEW_TMPFS:
        mkdir(path, 0755); // it is not there yet below another new tmpfs
        return mount("tmpfs", path, "tmpfs", one->flags, one->options);
    case NEW_PROC: return mount("proc", path, "proc", one->flags, NULL);
    case NEW_PTS: return mount("devpts", path, "devpts", one->flags, "newinstance,ptmxmode=0666,mode=0620,gid=5");
    case NEW_MQUEUE: return mount("mqueue", path, "mqueue", one->flags, NULL);
    case NEW_OVERLAY: return mount_overlay(one->path, SCRATCH "/dev-upper", SCRATCH "/dev-work", path, one->flags);
    default: return mount(one->path, path, NULL, MS_BIND, NULL);
    }
}

// The working folder may be below a new tmpfs.
static int enter_folder(const char *folder) {
    char path[PATH_MAX];
    strcpy(path, folder);
    for (char *end = strchr(path + 1, '/'); end; end = strchr(end + 1, '/')) {
        *end = 0;
        mkdir(path, 0755);
        *end = '/';
    }
    mkdir(path, 0755);
    return chdir(path);
}

// Docker's profile refuses pivot_root. No path leads from the new root back to the old one, and no command may unmount, or
// change its root.
static int enter_root(const struct nested *nested) {
    return chdir(ROOT) || mount(".", "/", NULL, MS_MOVE, NULL) || chroot(".") || enter_folder(nested->cwd);
}

static enum step build(const struct nested *nested) {
    mode_t mask = umask(0);
    if (mount_scratch(nested)) return STEP_SCRATCH;
    if (mount_root(nested)) return STEP_ROOT;
    for (int i = 0; i < nested->mount_count; i++) {
        if (copy_mount(&nested->mounts[i])) return STEP_MOUNTS;
    }
    umask(022);
    if (enter_root(nested)) return STEP_ENTER;
    umask(mask);
    if (identity_drop_init_rights(&nested->identity)) return STEP_RIGHTS;
    return filter_refuse_admin_calls() ? STEP_FILTER : STEP_NONE;
}

static void inner(const struct nested *nested, int socket) {
    struct failure failure = {0};
    dup2(socket, STDIN_FILENO);
    close(socket);
    setsid();
    failure.step = build(nested);
    if (failure.step != STEP_NONE) failure.error = errno;
    if (write(STDIN_FILENO, &failure, sizeof failure) != sizeof failure || failure.step != STEP_NONE) _exit(1);
}

// --- the outer side ----------------------------------------------------------------------------------------------------

static struct failure await_report(int socket) {
    struct failure failure = {STEP_NAMESPACES, ETIMEDOUT};
    struct pollfd report = {.fd = socket, .events = POLLIN};
    while (poll(&report, 1, BUILD_LIMIT_MS) < 0 && errno == EINTR) continue;
    if (report.revents && read(socket, &failure, sizeof failure) != sizeof failure) failure.error = ECHILD;
    return failure;
}

// As fork, into new namespaces. EAGAIN: processes of the last run count against the limit until the kernel has removed them.
static pid_t fork_inner(void) {
    pid_t inner = -1;
    for (int tries = 0; tries < FORK_TRIES; tries++) {
        inner = syscall(SYS_clone, CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | SIGCHLD, NULL, NULL, NULL, 0);
        if (inner >= 0 || errno != EAGAIN) break;
        poll(NULL, 0, 2);
    }
    return inner;
}

enum side nested_start(struct nested *nested, struct failure *failure) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)) {
        *failure = (struct failure){STEP_NAMESPACES, errno};
        return OUTER;
    }
    nested->socket = ends[0];
    nested->inner = fork_inner();
    if (nested->inner == 0) {
        close(ends[0]);
        inner(nested, ends[1]);
        return INNER;
    }
    *failure = (struct failure){STEP_NAMESPACES, errno};
    close(ends[1]);
    if (nested->inner > 0) *failure = await_report(nested->socket);
    return OUTER;
}

static int reap_inner(const struct nested *nested, uint64_t until) {
    sigset_t ended; // init blocks it
    sigemptyset(&ended);
    sigaddset(&ended, SIGCHLD);
    while (waitpid(nested->inner, NULL, WNOHANG) == 0) {
        if (now_us() > until) return -1;
        sigtimedwait(&ended, NULL, &(struct timespec){.tv_nsec = 20000000});
    }
    return 0;
}

static uint64_t memory_tolerance(void) {
    uint64_t late = UNCOUNTED_PAGES * sysconf(_SC_PAGESIZE) * sysconf(_SC_NPROCESSORS_ONLN);
    return late > MEMORY_TOLERANCE ? late : MEMORY_TOLERANCE;
}

int nested_end(struct nested *nested, const struct meter *meter) {
    uint64_t until = now_us() + END_LIMIT_US, idle = nested->memory + memory_tolerance();
    kill(nested->inner, SIGKILL);
    close(nested->socket);
    if (reap_inner(nested, until)) return -1;
    // The kernel frees the last mounts a little later.
    while (meter_memory(meter) > idle) {
        if (now_us() > until) return -1;
        poll(NULL, 0, 1);
    }
    return 0;
}
