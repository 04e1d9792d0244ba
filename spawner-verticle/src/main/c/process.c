#define _GNU_SOURCE
#include "process.h"
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

// Between vfork and exec the child shares init's memory: so it reports why exec failed.
static volatile int failure;

pid_t process_start(char **argv, char **environment, int null, const sigset_t *mask, const struct identity *as,
                    int *exec_error) {
    failure = 0;
    pid_t child = vfork();
    if (child == 0) {
        setpgid(0, 0);
        dup2(null, STDIN_FILENO);
        sigprocmask(SIG_SETMASK, mask, NULL);
        if (as && identity_take(as)) {
            failure = errno;
            _exit(127);
        }
        // execvpe searches init's own PATH, which is the image's. A script without #! runs in /bin/sh, as with docker-init.
        execvpe(argv[0], argv, environment);
        failure = errno;
        _exit(127);
    }
    *exec_error = failure;
    return child;
}

void process_signal(pid_t process, int signal) {
    kill(process, signal);
}

// Atomic against fork: it kills every process of the namespace except init, and no new process can escape.
void process_kill_all(void) {
    kill(-1, SIGKILL);
}

pid_t process_reap(int *status, struct rusage *usage) {
    return wait4(-1, status, WNOHANG, usage);
}
