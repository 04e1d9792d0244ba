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
#include <sys/wait.h>
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

// Makes init work for a while: it reaps, and handles a signal that it passes on.
static void tire_init(void) {
    for (int i = 0; i < 500; i++) {
        if (fork() == 0) {
            if (fork() == 0) _exit(0);
            _exit(0);
        }
        wait(NULL);
    }
    for (int i = 0; i < 200000; i++) kill(INIT, SIGWINCH);
}

// Sets every limit of init to nothing, which the kernel enforces against PID 1 too: RLIMIT_CPU by SIGKILL.
static int limit_init(long (*set)(int resource, const struct rlimit *limit)) {
    static const struct rlimit none;
    for (int resource = 0; resource < RLIM_NLIMITS; resource++) report("limit", set(resource, &none));
    tire_init();
    return 0;
}

static long limit(int resource, const struct rlimit *limit) {
    return syscall(SYS_prlimit64, INIT, resource, limit, NULL);
}

// The kernel ignores the upper half of a process id.
static long limit_by_wide_id(int resource, const struct rlimit *limit) {
    return syscall(SYS_prlimit64, 0x700000000 + INIT, resource, limit, NULL);
}

#ifdef __x86_64__
static void not_supported(int signal) {
    _exit(signal == SIGSEGV ? 0 : 1); // the kernel has no 32-bit calls
}

static long limit_by_32_bit_call(int resource, const struct rlimit *limit) {
    signal(SIGSEGV, not_supported);
    void *low = mmap(NULL, sizeof *limit, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    memcpy(low, limit, sizeof *limit);
    long result = 340;
    __asm__ volatile("int $0x80" : "+a"(result) : "b"(INIT), "c"(resource), "d"(low), "S"(0) : "memory");
    return (int)result;
}

static long limit_by_x32_call(int resource, const struct rlimit *limit) {
    return syscall(0x40000000 + SYS_prlimit64, INIT, resource, limit, NULL);
}
#else
#define limit_by_32_bit_call limit
#define limit_by_x32_call limit
#endif

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

// The same by the other calls that send a signal.
static int signal_init_otherwise(void) {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    int pidfd = syscall(SYS_pidfd_open, INIT, 0);
    for (int number = 1; number <= 64; number++) {
        siginfo_t info = {.si_signo = number, .si_code = SI_QUEUE};
        syscall(SYS_tkill, INIT, number);
        syscall(SYS_tgkill, INIT, INIT, number);
        syscall(SYS_rt_sigqueueinfo, INIT, number, &info);
        syscall(SYS_rt_tgsigqueueinfo, INIT, INIT, number, &info);
        syscall(SYS_pidfd_send_signal, pidfd, number, NULL, 0);
    }
    return 0;
}

// Has the kernel send init a signal when a descriptor is ready: those that it shares with this function, and a pipe.
static int signal_init_by_descriptors(void) {
    static const int deadly[] = {SIGKILL, SIGSTOP, SIGSEGV, SIGXCPU, 0};
    int fds[] = {0, 1, 2, -1, -1};
    if (pipe(fds + 3)) return 1;
    for (int i = 0; i < 5; i++) {
        for (int n = 0; n < 5; n++) {
            fcntl(fds[i], F_SETOWN, INIT);
            fcntl(fds[i], F_SETSIG, deadly[n]);
            fcntl(fds[i], F_SETFL, O_NONBLOCK | O_ASYNC);
            if (write(fds[4], "x", 1) + write(1, "x", 1) + write(2, "x", 1) < 0) return 2;
        }
        fcntl(fds[i], F_SETFL, 0);
    }
    return 0;
}

// Writes to every file of init that this user may open.
static int write_to_init(void) {
    DIR *files = opendir("/proc/1");
    for (struct dirent *entry; files && (entry = readdir(files));) {
        int fd = openat(dirfd(files), entry->d_name, O_WRONLY | O_NONBLOCK);
        if (fd < 0 || strcmp(entry->d_name, "oom_score_adj") == 0 || strcmp(entry->d_name, "oom_adj") == 0) continue;
        for (const char *text = "0\0001\0-1\0x\0"; *text; text += strlen(text) + 1) {
            if (write(fd, text, strlen(text)) > 0) printf("%s takes %s\n", entry->d_name, text);
        }
    }
    tire_init();
    return 0;
}

// Other calls that name a process, or end a namespace.
static int act_on_init(void) {
    int pidfd = syscall(SYS_pidfd_open, INIT, 0);
    unsigned long nodes = 1;
    struct iovec all = {(void *)0x400000, 1 << 20};
    report("process_madvise", syscall(SYS_process_madvise, pidfd, &all, 1, MADV_PAGEOUT, 0));
    report("process_mrelease", syscall(448, pidfd, 0));
    report("migrate_pages", syscall(SYS_migrate_pages, INIT, 8, &nodes, &nodes));
    report("get_robust_list", syscall(SYS_get_robust_list, INIT, &all, &nodes));
    report("reboot", syscall(SYS_reboot, 0xfee1dead, 672274793, 0x1234567, NULL));
    report("real time", sched_setscheduler(INIT, SCHED_FIFO, &(struct sched_param){1}));
    report("session", setpgid(INIT, 0));
    report("vhangup", vhangup());
    tire_init();
    return 0;
}

static int show_limits(void) {
    char text[4096];
    int fd = open("/proc/1/limits", O_RDONLY);
    ssize_t count = fd < 0 ? -1 : read(fd, text, sizeof text);
    return count <= 0 || write(1, text, count) != count;
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
    TRY("show limits", show_limits());
    TRY("limits", limit_init(limit));
    TRY("limits by a wide id", limit_init(limit_by_wide_id));
    TRY("limits by a 32-bit call", limit_init(limit_by_32_bit_call));
    TRY("limits by an x32 call", limit_init(limit_by_x32_call));
    TRY("nice", setpriority(PRIO_PROCESS, INIT, 5) != 0);
    TRY("batch", idle_init());
    TRY("io priority", syscall(SYS_ioprio_set, 1, INIT, 3 << 13) != 0);
    TRY("affinity", move_init());
    TRY("oom score", score_init());
    TRY("signals", signal_init());
    TRY("other signals", signal_init_otherwise());
    TRY("signals by descriptors", signal_init_by_descriptors());
    TRY("files", write_to_init());
    TRY("calls", act_on_init());
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
