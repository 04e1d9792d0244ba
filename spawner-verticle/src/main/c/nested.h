// Gives each run a root file system, and pid, mount, IPC and UTS namespaces that no run has used before, in a container that
// is kept.
//
//   init, PID 1 of the container                inner init, PID 1 of a new namespace
//     nested_start ── clone ───────────────────▶ builds the root, gives up its rights
//       ◀─────────────────────── report ────────┤
//     READY, run frame (relay.h) ──────────────▶ starts the command, reaps
//       ◀─────────────────────── trailer ───────┤ when no other process of the namespace is left
//     nested_end: SIGKILL; the mounts go with it
//
// The root is built before the run arrives. It is an overlay: below, the container's root, which nobody writes; above, a
// tmpfs. The container's own mounts tell what is mounted below it, so that what Docker hides there is hidden here too.
#pragma once
#include "identity.h"
#include "meter.h"
#include "protocol.h"
#include <limits.h>
#include <stdint.h>

#define MAX_RENEWED 64

enum renewal {
    NEW_TMPFS,   // with the options of the container's
    NEW_PROC,
    NEW_PTS,
    NEW_MQUEUE,
    NEW_OVERLAY, // over the container's /dev
    SAME,        // the container's, read-only
};

struct nested {
    const char *user;     // of the image; NULL: runs are not nested
    const char *scratch;  // bytes that a run may write to its root
    int sets_home;        // neither the image nor the function sets HOME
    int writable_root;
    struct identity identity;
    char cwd[PATH_MAX];
    struct renewed {
        enum renewal how;
        char *path;
        unsigned long flags;
        char *options;
    } renewed[MAX_RENEWED];
    int count;
    uint64_t memory; // in use without a run
    pid_t inner;
    int socket;      // to the inner init
};

// What kept a root from being built.
struct failure {
    uint16_t step, error;
};

// Once, before the first run.
struct failure nested_remember(struct nested *nested);

enum side { OUTER, INNER };

// Starts the inner init and waits until its root is built. On the INNER side, standard input is its end of the socket.
enum side nested_start(struct nested *nested, struct failure *failure);

// Kills the inner init and waits until it and the memory of its run are gone. -1 if that takes too long.
int nested_end(struct nested *nested, const struct meter *meter);
