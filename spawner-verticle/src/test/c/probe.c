// A function for tests: prints what it sees of its environment, which must be the same for both ways to start it, or ends in
// a given way.                                                usage: probe show | echo | exit | die | touch … ARGUMENT
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void show_descriptors(void) {
    for (int fd = 0; fd < 256; fd++) {
        int flags = fcntl(fd, F_GETFL);
        if (flags < 0) continue;
        char link[64], path[256] = "";
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t length = readlink(link, path, sizeof path - 1);
        path[length < 0 ? 0 : length] = 0;
        char *number = strchr(path, '['); // pipe:[12345]
        if (number) *number = 0;
        printf("fd %d %s status %o flags %o pipe %d\n", fd, path, flags, fcntl(fd, F_GETFD), fcntl(fd, F_GETPIPE_SZ));
    }
    char byte;
    printf("stdin read %zd\n", read(0, &byte, 1));
}

static void show_status(void) {
    static const char *const shown[] = {"Umask", "Uid", "Gid", "Groups", "Threads", "SigPnd", "ShdPnd", "SigBlk",
                                        "SigIgn", "SigCgt", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb",
                                        "NoNewPrivs", "Seccomp", "Seccomp_filters", "Cpus_allowed", "Mems_allowed",
                                        "CoreDumping", "THP_enabled", NULL};
    FILE *status = fopen("/proc/self/status", "re");
    char line[512];
    while (status && fgets(line, sizeof line, status)) {
        size_t name = strcspn(line, ":");
        for (const char *const *key = shown; *key; key++) {
            if (strlen(*key) == name && strncmp(line, *key, name) == 0) fputs(line, stdout);
        }
    }
    if (status) fclose(status);
}

static void show_file(const char *path) {
    char text[256] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && read(fd, text, sizeof text - 1) < 0) text[0] = 0;
    if (fd >= 0) close(fd);
    printf("%s %s", path, text);
}

static int show(int argc, char **argv) {
    for (int i = 0; i < argc; i++) printf("argv %d %zu %s\n", i, strlen(argv[i]), argv[i]);
    for (char **variable = environ; *variable; variable++) printf("env %s\n", *variable);
    char cwd[4096] = "";
    printf("cwd %s\n", getcwd(cwd, sizeof cwd) ? cwd : strerror(errno));
    printf("execfn %s\n", (char *)getauxval(AT_EXECFN));
    printf("secure %lu\n", getauxval(AT_SECURE));
    show_descriptors();
    show_status();
    for (int i = 0; i < RLIM_NLIMITS; i++) {
        struct rlimit limit;
        getrlimit(i, &limit);
        printf("limit %d %lu %lu\n", i, limit.rlim_cur, limit.rlim_max);
    }
    printf("parent %d session %d own group %d\n", getppid(), getsid(0), getpgid(0) == getpid());
    printf("terminal %d\n", open("/dev/tty", O_RDWR) < 0 ? errno : 0);
    printf("personality %x\n", personality(0xffffffff));
    int death = 0, reaper = 0;
    prctl(PR_GET_PDEATHSIG, &death);
    prctl(PR_GET_CHILD_SUBREAPER, &reaper);
    printf("dumpable %d securebits %x keepcaps %d death %d reaper %d slack %d\n", prctl(PR_GET_DUMPABLE),
           prctl(PR_GET_SECUREBITS), prctl(PR_GET_KEEPCAPS), death, reaper, prctl(PR_GET_TIMERSLACK));
    printf("nice %d policy %ld io %ld\n", getpriority(PRIO_PROCESS, 0), syscall(SYS_sched_getscheduler, 0),
           syscall(SYS_ioprio_get, 1, 0));
    show_file("/proc/self/oom_score_adj");
    show_file("/proc/self/comm");
    return 0;
}

// Writes the argument exactly, also if it is more than a pipe holds.
static int echo(const char *argument) {
    for (size_t left = strlen(argument); left > 0;) {
        ssize_t written = write(1, argument + strlen(argument) - left, left);
        if (written <= 0) return 1;
        left -= written;
    }
    return 0;
}

static int die(int signal_number) {
    signal(signal_number, SIG_DFL);
    kill(getpid(), signal_number);
    return 99; // this signal does not end a process
}

// Uses memory; in a child on request, so that the kernel kills the child and not the command.
int touch(size_t megabytes, int in_child) {
    pid_t child = in_child ? fork() : 0;
    if (child > 0) {
        int status;
        waitpid(child, &status, 0);
        return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    }
    for (size_t i = 0; i < megabytes; i++) {
        char *block = malloc(1 << 20);
        if (!block) return 98;
        memset(block, 1, 1 << 20);
        __asm__ volatile("" : : "r"(block) : "memory");
    }
    return 0;
}

// Uses processor time that no wait4 reports: with SIGCHLD ignored, the kernel adds it to no parent.
static int burn(int milliseconds) {
    signal(SIGCHLD, SIG_IGN);
    if (fork() == 0) {
        struct timespec used;
        do clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
        while (used.tv_sec * 1000 + used.tv_nsec / 1000000 < milliseconds);
        _exit(0);
    }
    wait(NULL); // until no child is left
    return 0;
}

int attack(const char *name);
int escape(const char *argument);

int main(int argc, char **argv) {
    const char *what = argc > 2 ? argv[1] : "show", *argument = argv[argc - 1];
    if (strcmp(what, "show") == 0) return show(argc, argv);
    if (strcmp(what, "echo") == 0) return echo(argument);
    if (strcmp(what, "exit") == 0) return atoi(argument);
    if (strcmp(what, "die") == 0) return die(atoi(argument));
    if (strcmp(what, "touch") == 0) return touch(atoi(argument), 0);
    if (strcmp(what, "child-touches") == 0) return touch(atoi(argument), 1);
    if (strcmp(what, "burn") == 0) return burn(atoi(argument));
    if (strcmp(what, "attack") == 0) return attack(argument);
    if (strcmp(what, "escape") == 0) return escape(argument);
    return show(argc, argv);
}
