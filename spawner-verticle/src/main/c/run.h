// One run: the command from its start to the moment when nothing of it is left.
#pragma once
#include "frames.h"
#include "guard.h"
#include "meter.h"
#include "sandbox.h"
#include <signal.h>

// What PID 1 has at hand, made once at boot.
struct init {
    char **command;     // of the container, without the argument
    int command_words;
    int null;           // stdin of every command
    int signals;        // a signalfd of what is passed on, and SIGCHLD
    sigset_t inherited; // the signal mask the command gets
    struct meter meter;
    struct guard guard;
    struct sandbox sandbox;
};

enum after { RUN_OVER, RUN_ABANDONED };

// Runs the command by an order, obeys what comes in meanwhile, and fills the trailer, all but its nonce and version.
// RUN_ABANDONED when stdin ended or said something wrong: everything is dead, and nobody waits for a trailer.
enum after run(struct init *init, struct order *order, struct inbox *inbox, struct trailer *trailer);
