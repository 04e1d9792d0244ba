// Attacks of a function on the init of its sandbox, on the report of its end, and on the next run.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

#define INIT 1

// probe.c
int touch(size_t megabytes, int in_child);
void show_descriptors(void);

static void report(const char *what, long result) {
    printf("%s %s\n", what, result < 0 ? "refused" : "DONE");
    fflush(stdout);
}

// Tries every way to the memory, descriptors and environment of PID 1.
static int spy(void) {
    static const char *const files[] = {"mem", "maps", "environ", "auxv", "pagemap", "syscall", "stack", "io", "smaps",
                                        "numa_maps", "timers", "personality", NULL};
    static const char *const links[] = {"fd/0", "fd/1", "fd/2", "exe", "cwd", "root", "ns/mnt", "ns/pid", NULL};
    char path[64], target[64];
    for (const char *const *name = files; *name; name++) {
        char byte;
        snprintf(path, sizeof path, "/proc/1/%s", *name);
        int fd = open(path, O_RDONLY);
        // Page zero is never mapped, so for mem the open decides.
        report(path, fd < 0 || strcmp(*name, "mem") == 0 ? fd : read(fd, &byte, 1));
    }
    for (const char *const *name = links; *name; name++) {
        snprintf(path, sizeof path, "/proc/1/%s", *name);
        report(path, readlink(path, target, sizeof target));
        report(path, open(path, O_RDONLY | O_NONBLOCK));
    }
    report("/proc/1/mem for writing", open("/proc/1/mem", O_RDWR));
    report("/.faas/init", open("/.faas/init", O_RDONLY));
    report("/.faas/init for writing", open("/.faas/init", O_WRONLY));
    report("/.faas/new", open("/.faas/new", O_WRONLY | O_CREAT, 0600));
    report("chmod /.faas/init", chmod("/.faas/init", 0777));
    report("ptrace attach", ptrace(PTRACE_ATTACH, INIT, 0, 0));
    report("ptrace seize", ptrace(PTRACE_SEIZE, INIT, 0, 0));
    char buffer[8];
    struct iovec here = {buffer, sizeof buffer}, there = {(void *)0x400000, sizeof buffer};
    report("process_vm_readv", process_vm_readv(INIT, &here, 1, &there, 1, 0));
    report("process_vm_writev", process_vm_writev(INIT, &here, 1, &there, 1, 0));
    long pidfd = syscall(SYS_pidfd_open, INIT, 0);
    report("pidfd_getfd", pidfd < 0 ? -1 : syscall(SYS_pidfd_getfd, pidfd, 0, 0));
    report("kcmp", syscall(SYS_kcmp, getpid(), INIT, 0, 1, 1));
    report("setns", pidfd < 0 ? -1 : setns(pidfd, CLONE_NEWNS));
    return 0;
}

// The control for `spy`: the same against an ordinary process succeeds.
static int spy_on_child(void) {
    int ends[2];
    if (pipe(ends)) return 1;
    pid_t child = fork();
    if (child == 0) {
        char byte;
        close(ends[1]);
        _exit(read(ends[0], &byte, 1) != 0);
    }
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/mem", child);
    report("mem of a child", open(path, O_RDONLY));
    report("ptrace of a child", ptrace(PTRACE_SEIZE, child, 0, 0));
    return 0;
}

static int change_descriptors(void) {
    for (int fd = 0; fd < 3; fd++) {
        fcntl(fd, F_SETFL, O_NONBLOCK | O_APPEND);
        if (fd > 0) fcntl(fd, F_SETPIPE_SZ, 4096);
    }
    // Fills the pipes, so that the trailer has to wait for room.
    char block[1024];
    memset(block, 'x', sizeof block);
    while (write(1, block, sizeof block) > 0) continue;
    while (write(2, block, sizeof block) > 0) continue;
    return 0;
}

static int limit_init(int soft_only) {
    struct rlimit limit;
    if (prlimit(INIT, RLIMIT_NOFILE, NULL, &limit)) return 1;
    limit.rlim_cur = 100;
    if (!soft_only) limit.rlim_max = 100;
    return prlimit(INIT, RLIMIT_NOFILE, &limit, NULL) != 0;
}

static int move_init(void) {
    cpu_set_t first;
    CPU_ZERO(&first);
    CPU_SET(0, &first);
    return sched_setaffinity(INIT, sizeof first, &first) != 0;
}

static int score_init(void) {
    int fd = open("/proc/1/oom_score_adj", O_WRONLY);
    return fd < 0 || write(fd, "1000", 4) != 4;
}

static int idle_init(void) {
    struct sched_param none = {0};
    return sched_setscheduler(INIT, SCHED_BATCH, &none) != 0;
}

// Sends PID 1 every signal; blocks them here, because init passes some on.
static int signal_init(void) {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    for (int number = 1; number <= 64; number++) syscall(SYS_kill, INIT, number);
    return 0;
}

// Forks as many processes as possible, which run until they are killed.
static int fork_bomb(void) {
    for (;;) {
        pid_t child = fork();
        if (child < 0) return 0;
        if (child > 0) continue;
        for (;;) {
            if (fork() < 0) sched_yield();
        }
    }
}

// A daemon in its own session that holds both pipes and writes until it is killed.
static int daemon_stays(void) {
    if (fork() == 0) {
        setsid();
        if (fork() != 0) _exit(0);
        signal(SIGTERM, SIG_IGN);
        signal(SIGPIPE, SIG_IGN);
        for (;;) {
            if (write(1, "LATE", 4) + write(2, "LATE", 4) < 0) sched_yield();
        }
    }
    return 0;
}

static int leave_zombies(void) {
    for (int i = 0; i < 20; i++) {
        if (fork() == 0) _exit(0);
    }
    return 0;
}

// Their parents end first, so only init can reap them.
static int orphan_zombies(void) {
    for (int i = 0; i < 20; i++) {
        if (fork() == 0) {
            if (fork() == 0) _exit(0);
            _exit(0);
        }
    }
    return 0;
}

static int close_output(void) {
    close(1);
    close(2);
    return 3;
}

static int stop_self(void) {
    puts("stopping");
    fflush(stdout);
    raise(SIGSTOP);
    return 0;
}

// Leaves everything that could carry data to the next run.
static int leave_traces(void) {
    int failed = 0;
    for (int i = 0; i < 2; i++) {
        const char *folder = i ? "/dev/shm" : "/tmp";
        if (chdir(folder)) return 10;
        for (int depth = 0; depth < 1000; depth++) failed |= mkdir("d", 0700) || chdir("d");
        if (chdir(folder)) return 11;
        failed |= mkdir("locked", 0700) || mknod("locked/file", S_IFREG | 0600, 0) || chmod("locked", 0);
        failed |= mknod("fifo", S_IFIFO | 0600, 0) || symlink("/proc/1/root", "link");
        setxattr(".", "user.message", "hello", 5, 0); // older kernels have no attributes on tmpfs
        chmod(".", 0);                                // fails unless this is root
    }
    failed |= shmget(4711, 4096, IPC_CREAT | 0600) < 0;
    failed |= semget(4711, 1, IPC_CREAT | 0600) < 0;
    failed |= msgget(4711, IPC_CREAT | 0600) < 0;
    mq_open("/message", O_RDWR | O_CREAT, 0600, NULL);
    umask(0);
    return failed;
}

static void list(const char *path) {
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        if (entry->d_name[0] != '.') printf("%s/%s\n", path, entry->d_name);
    }
    if (folder) closedir(folder);
}

static int look_for_traces(void) {
    list("/tmp");
    list("/dev/shm");
    list("/dev/mqueue");
    char text[64];
    if (listxattr("/tmp", text, sizeof text) > 0) puts("attributes");
    if (shmget(4711, 4096, 0600) >= 0) puts("shared memory");
    if (semget(4711, 1, 0600) >= 0) puts("semaphores");
    if (msgget(4711, 0600) >= 0) puts("messages");
    struct stat tmp;
    if (stat("/tmp", &tmp) || (tmp.st_mode & 07777) != 01777) puts("mode of /tmp");
    DIR *processes = opendir("/proc");
    for (struct dirent *entry; processes && (entry = readdir(processes));) {
        int process = atoi(entry->d_name);
        if (process > 1 && process != getpid()) printf("process %d\n", process);
    }
    return 0;
}

static int change_dev(void) {
    return mknod("/dev/message", S_IFREG | 0600, 0) != 0;
}

// Fills a tmpfs, then uses all the rest of the memory.
static int fill_memory(void) {
    static char block[1 << 20];
    int fd = open("/tmp/full", O_WRONLY | O_CREAT, 0600);
    while (write(fd, block, sizeof block) > 0) continue;
    return touch(1000, 0);
}

int attack(const char *name) {
#define TRY(word, action) if (strcmp(name, word) == 0) return action
    TRY("spy", spy());
    TRY("spy on child", spy_on_child());
    TRY("descriptors", change_descriptors());
    TRY("show descriptors", (show_descriptors(), 0));
    TRY("soft limit", limit_init(1));
    TRY("hard limit", limit_init(0));
    TRY("nice", setpriority(PRIO_PROCESS, INIT, 5) != 0);
    TRY("batch", idle_init());
    TRY("io priority", syscall(SYS_ioprio_set, 1, INIT, 3 << 13) != 0);
    TRY("affinity", move_init());
    TRY("oom score", score_init());
    TRY("signals", signal_init());
    TRY("fork bomb", fork_bomb());
    TRY("daemon", daemon_stays());
    TRY("zombies", leave_zombies());
    TRY("orphans", orphan_zombies());
    TRY("close output", close_output());
    TRY("stop", stop_self());
    TRY("leave traces", leave_traces());
    TRY("look for traces", look_for_traces());
    TRY("dev", change_dev());
    TRY("fill memory", fill_memory());
    fprintf(stderr, "no attack %s\n", name);
    return 99;
}
