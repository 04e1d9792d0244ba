// init: PID 1 of a sandbox.                                            usage: /.faas/init -- COMMAND [ARGUMENT...]
//
// Init boots ahead of demand and waits for a run frame with the argument. Then it starts the command with that argument as
// its last word, as `docker run --init` would, and reports the end in a trailer on the command's own streams. So the spawner
// learns of the end at once; Docker reports it tens of milliseconds later. protocol.h defines the protocol.
//
// Init runs as the same user as the command and is protected from it. It cannot be traced or read: it is not dumpable, and
// its file can only be executed. It cannot be killed: see filter.c. Only init and the spawner know the nonce that makes a
// trailer valid. What the command changed of init is restored; if that fails, the sandbox is not used again.
#define _GNU_SOURCE
#include "clock.h"
#include "filter.h"
#include "run.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum exit_code { DONE = 0, NOT_PID_1 = 64, BAD_FRAME = 70, CANNOT_START = 71 };
enum { LINGER_MS = 200 };

static struct init init;
static uint8_t payload[MAX_PAYLOAD + 1];

// The signals that docker-init passes on and that can come from outside. Only these are blocked: the kernel drops any other
// signal without a handler for PID 1, so a function cannot queue signals here.
static int listen_for_signals(void) {
    static const int passed[] = {SIGTERM, SIGINT,  SIGHUP,   SIGQUIT, SIGUSR1, SIGUSR2,
                                 SIGALRM, SIGCONT, SIGWINCH, SIGTSTP, SIGCHLD};
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof passed / sizeof *passed; i++) sigaddset(&set, passed[i]);
    sigprocmask(SIG_BLOCK, &set, &init.inherited);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

// If /dev/null is missing, a pipe without a writer is at its end too.
static int open_null(void) {
    int null = open("/dev/null", O_RDWR | O_CLOEXEC), ends[2];
    if (null >= 0 || pipe2(ends, O_CLOEXEC)) return null;
    close(ends[1]);
    return ends[0];
}

static int boot(int words, char **command) {
    init.command = command;
    init.command_words = words;
    init.signals = listen_for_signals();
    init.null = open_null();
    init.filtered = filter_install() == 0;
    if (words == 0 || init.signals < 0 || init.null < 0) return -1;
    meter_open(&init.meter, "/sys/fs/cgroup");
    guard_remember(&init.guard, init.null);
    sandbox_remember(&init.sandbox);
    return 0;
}

// Waits until the spawner closes stdin, or for a short time: the end of PID 1 costs the kernel and Docker processor time
// that the spawner needs just now to store the end of the run.
static void linger(void) {
    struct pollfd in = {.fd = STDIN_FILENO}; // without events: poll always reports the end
    poll(&in, 1, LINGER_MS);
}

static enum exit_code serve(void) {
    struct inbox inbox = {.payload = payload, .capacity = MAX_PAYLOAD};
    uint8_t last[NONCE_BYTES] = {0};
    send_ready(last, clock_us(CLOCK_BOOTTIME));
    for (;;) {
        switch (inbox_receive(&inbox)) {
        case FRAME_PARTIAL: continue;
        case FRAME_COMPLETE: break;
        case FRAME_END: return DONE;
        case FRAME_WRONG: return BAD_FRAME;
        }
        inbox_empty(&inbox);
        uint8_t type = inbox.header.type;
        uint32_t length = inbox.header.length;
        if (type == FRAME_STOP || type == FRAME_PASS) continue; // too late: its run has ended
        if (type != FRAME_RUN) return BAD_FRAME;

        struct run_frame frame; // points into the payload, so frames that come during the run go to another buffer
        struct control control;
        struct trailer trailer = {.version = PROTOCOL_VERSION};
        int wrong = run_frame_parse(&frame, payload, length);
        memcpy(trailer.nonce, frame.head.nonce, NONCE_BYTES);
        inbox_move(&inbox, &control, sizeof control);
        if (wrong) trailer.kind = KIND_BAD_FRAME;
        else if (run(&init, &frame, &inbox, &trailer) == RUN_ABANDONED) return DONE;
        send_trailer(&trailer);
        if (wrong) return BAD_FRAME;

        explicit_bzero(payload, length);
        inbox_move(&inbox, payload, MAX_PAYLOAD);
        if (!(frame.head.flags & RUN_REUSE) || (trailer.flags & TRAILER_DIRTY)) {
            linger();
            return DONE;
        }
        if (trailer.kind != KIND_TOO_LATE && sandbox_reset(&init.sandbox)) return DONE;
        memcpy(last, frame.head.nonce, NONCE_BYTES);
        send_ready(last, clock_us(CLOCK_BOOTTIME));
    }
}

int main(int argc, char **argv) {
    if (getpid() != 1) { // every run ends with kill(-1), which would end the machine outside a container
        fputs("init: runs as PID 1 of a container only\n", stderr);
        return NOT_PID_1;
    }
    prctl(PR_SET_DUMPABLE, 0);
    int skipped = argc > 1 && strcmp(argv[1], "--") == 0 ? 2 : 1;
    if (argc < skipped || boot(argc - skipped, argv + skipped)) return CANNOT_START;
    return serve();
}
