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
// tmpfs. Init repeats the container's mounts below the new root, so that files which Docker hides stay hidden.
#pragma once
#include "identity.h"
#include "meter.h"
#include "protocol.h"
#include <limits.h>
#include <stdint.h>

#define MAX_MOUNTS 64

enum mount_kind {
    NEW_TMPFS,   // with the options of the container's
    NEW_PROC,
    NEW_PTS,
    NEW_MQUEUE,
    NEW_OVERLAY, // over the container's /dev
    BIND_READ_ONLY,
};

struct nested {
    const char *user;     // of the image; NULL: runs are not nested
    const char *scratch;  // bytes that a run may write to its root
    int home_from_user;   // set HOME to the user's: neither the image nor the function names one
    int writable_root;
    struct identity identity;
    char cwd[PATH_MAX];
    struct copied_mount {
        enum mount_kind kind;
        char *path;
        unsigned long flags;
        char *options;
    } mounts[MAX_MOUNTS];
    int mount_count;
    uint64_t memory; // bytes in use before the first run
    pid_t inner;
    int socket;      // to the inner init
};

// The step at which building a root failed, and its errno.
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
