#define _GNU_SOURCE
#include "run.h"
#include "clock.h"
#include "process.h"
#include "secrets.h"
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define NEVER UINT64_MAX
#define FORK_TRIES 50         // 2 ms apart: processes of the last run may still count while the kernel removes them
#define REAP_LIMIT_US 3000000 // until killed processes are gone; after that, one is stuck in the kernel
#define RUSAGE_US(time) ((time).tv_sec * 1000000ull + (time).tv_usec)

struct progress {
    pid_t command;
    int ended;
    uint64_t started, due, kill_at;
    uint64_t rusage_us; // of all that was reaped
    struct run_frame *frame;
    struct trailer *trailer;
};

static void pause_us(int signals, uint64_t us) {
    struct pollfd event = {.fd = signals, .events = POLLIN};
    ppoll(&event, 1, &(struct timespec){us / 1000000, us % 1000000 * 1000}, NULL);
}

// The container's variables in their order. Those of the run replace variables of the same name, or follow at the end.
static char **merge_environment(const struct run_frame *frame) {
    int own = 0;
    while (environ[own]) own++;
    char **merged = calloc(own + frame->head.variables + 1, sizeof *merged);
    if (!merged) return NULL;
    memcpy(merged, environ, own * sizeof *merged);
    const char *variable = frame->variables;
    for (int i = 0; i < frame->head.variables; i++, variable += strlen(variable) + 1) {
        size_t name = strchr(variable, '=') + 1 - variable;
        int place = 0;
        while (merged[place] && strncmp(merged[place], variable, name) != 0) place++;
        merged[place] = (char *)variable;
    }
    return merged;
}

static void start(struct init *init, struct progress *p) {
    char **environment = merge_environment(p->frame);
    char **argv = calloc(init->command_words + 2, sizeof *argv);
    struct trailer *t = p->trailer;
    int exec_error = 0;
    p->command = -1;
    if (environment && argv) {
        memcpy(argv, init->command, init->command_words * sizeof *argv);
        if (!(p->frame->head.flags & RUN_NO_ARGUMENT)) argv[init->command_words] = p->frame->argument;
        for (int tries = 0; tries < FORK_TRIES; tries++) {
            p->command = process_start(argv, environment, init->null, &init->inherited, init->as, &exec_error);
            if (p->command > 0 || errno != EAGAIN) break;
            pause_us(-1, 2000);
        }
    }
    if (p->command < 0) {
        t->kind = KIND_FORK_FAILED;
        t->error = errno;
        p->ended = 1;
    } else if (exec_error) {
        t->kind = KIND_EXEC_FAILED;
        t->error = exec_error;
        t->value = exec_error == ENOENT ? 127 : exec_error == EACCES ? 126 : 1;
    }
    free(argv);
    free(environment);
}

static void command_ended(struct progress *p, int status) {
    struct trailer *t = p->trailer;
    p->ended = 1;
    t->wall_us = now_us() - p->started;
    if (t->kind == KIND_EXEC_FAILED) return;
    t->kind = WIFSIGNALED(status) ? KIND_SIGNALED : KIND_EXITED;
    t->value = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
}

// Reaps all processes that have ended. False if no process is left to wait for.
static int reap(struct progress *p) {
    struct trailer *t = p->trailer;
    struct rusage usage;
    int status;
    pid_t process;
    while ((process = process_reap(&status, &usage)) > 0) {
        uint64_t memory = usage.ru_maxrss * 1024ull;
        t->processes++;
        if (memory > t->largest_process) t->largest_process = memory;
        p->rusage_us += RUSAGE_US(usage.ru_utime) + RUSAGE_US(usage.ru_stime);
        if (process == p->command) command_ended(p, status);
        else if (p->ended && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) t->flags |= TRAILER_STRAYS;
    }
    return process == 0;
}

int next_signal(int signals) {
    struct signalfd_siginfo got;
    return read(signals, &got, sizeof got) == sizeof got ? (int)got.ssi_signo : 0;
}

// Passes pending signals on to this process; drops them if it is not positive.
static void take_signals(struct init *init, pid_t to) {
    for (int number; (number = next_signal(init->signals)) > 0;) {
        if (to > 0 && number != SIGCHLD) process_signal(to, number);
    }
}

// Sends the stop signal now; SIGKILL is due after the grace. The first reason counts, timeout or stop.
static void stop(struct progress *p, uint32_t reason, uint32_t grace_ms) {
    uint64_t kill_at = now_us() + grace_ms * 1000ull;
    if (kill_at < p->kill_at) p->kill_at = kill_at;
    if (!(p->trailer->flags & (TRAILER_DEADLINE | TRAILER_STOPPED))) p->trailer->flags |= reason;
    if (grace_ms > 0) process_signal(p->command, p->frame->head.stop_signal);
}

// Handles a stop or pass frame. False if stdin ended or the frame is not allowed now.
static int take_control_frame(struct progress *p, struct inbox *inbox) {
    switch (inbox_receive(inbox)) {
    case FRAME_PARTIAL: return 1;
    case FRAME_COMPLETE: break;
    default: return 0;
    }
    struct control control;
    uint8_t type = inbox->header.type;
    if (inbox->header.length != sizeof control || (type != FRAME_STOP && type != FRAME_PASS)) return 0;
    memcpy(&control, inbox->payload, sizeof control);
    inbox_empty(inbox);
    if (memcmp(control.nonce, p->frame->head.nonce, NONCE_BYTES) != 0) return 1; // too late: it names another run
    if (type == FRAME_STOP) stop(p, TRAILER_STOPPED, control.value);
    else if (control.value <= (uint32_t)SIGRTMAX) process_signal(p->command, control.value);
    return 1;
}

// Waits until the command has ended or must be killed.
static enum run_result watch(struct init *init, struct progress *p, struct inbox *inbox) {
    while (!p->ended) {
        uint64_t now = now_us();
        if (now >= p->due) {
            p->due = NEVER;
            stop(p, TRAILER_DEADLINE, p->frame->head.grace_ms);
        }
        if (now >= p->kill_at) {
            p->trailer->flags |= TRAILER_KILLED;
            return RUN_ENDED;
        }
        uint64_t next = p->due < p->kill_at ? p->due : p->kill_at, left = next - now;
        struct timespec wait = {left / 1000000, left % 1000000 * 1000};
        struct pollfd events[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = init->signals, .events = POLLIN}};
        if (ppoll(events, 2, next == NEVER ? NULL : &wait, NULL) < 0) continue;
        if (events[1].revents) take_signals(init, p->command);
        reap(p);
        if (events[0].revents && !p->ended && !take_control_frame(p, inbox)) return RUN_ABANDONED;
    }
    return RUN_ENDED;
}

static void kill_rest(struct init *init, struct progress *p) {
    uint64_t until = now_us() + REAP_LIMIT_US;
    for (;;) {
        process_kill_all();
        if (!reap(p)) break;
        if (now_us() > until) {
            p->trailer->flags |= TRAILER_DIRTY;
            break;
        }
        pause_us(init->signals, 20000);
        take_signals(init, -1);
    }
    take_signals(init, -1);
}

enum run_result run(struct init *init, struct run_frame *frame, struct inbox *inbox, struct trailer *trailer) {
    struct progress p = {.due = NEVER, .kill_at = NEVER, .frame = frame, .trailer = trailer};
    if (clock_us(CLOCK_BOOTTIME) > frame->head.not_after_us) {
        trailer->kind = KIND_TOO_LATE;
        return RUN_ENDED;
    }
    if (secrets_write(frame, init->as)) {
        trailer->kind = KIND_NO_SECRETS;
        trailer->error = errno;
        return RUN_ENDED;
    }
    take_signals(init, -1); // drop signals from before the run
    p.started = now_us();
    if (frame->head.timeout_ms > 0) p.due = p.started + frame->head.timeout_ms * 1000ull;
    start(init, &p);
    enum run_result result = watch(init, &p, inbox);
    kill_rest(init, &p);
    trailer->cpu_us = p.rusage_us;
    return result;
}
