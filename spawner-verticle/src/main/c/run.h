// Runs the command, from its start until no other process of the namespace is left.
#pragma once
#include "frames.h"
#include "guard.h"
#include "meter.h"
#include "nested.h"
#include "sandbox.h"
#include <signal.h>

// The state of PID 1, set up once at boot.
struct init {
    char **command;     // of the container, without the argument
    int command_words;
    int null;           // stdin of every command
    int signals;        // a signalfd for the signals to pass on and SIGCHLD
    int filtered;       // no process can set init's limits
    sigset_t inherited; // the signal mask for the command
    struct meter meter;
    struct guard guard;
    struct sandbox sandbox;
    struct nested nested;
    const struct identity *as; // the user of the command; NULL: init's own
};

enum run_result {
    RUN_ENDED,
    RUN_ABANDONED,
    RUN_LOST, // the inner init ended without a trailer
};

// The number of a signal that has come; 0 if there is none.
int next_signal(int signals);

// Runs the command of a run frame, handles control frames meanwhile, and fills the trailer except its nonce, its version
// and what the cgroup counts.
// RUN_ABANDONED if stdin ended or brought an invalid frame: all processes are killed, and no trailer is expected.
enum run_result run(struct init *init, struct run_frame *frame, struct inbox *inbox, struct trailer *trailer);
