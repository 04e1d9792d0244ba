// init: PID 1 of a sandbox.                                            usage: /.faas/init -- COMMAND [ARGUMENT...]
//
// It boots ahead of demand and waits for a frame that brings a run's argument; then it starts the command with that
// argument as its last, as `docker run --init` would have, and tells how it ended in a trailer on the command's own
// streams. So the spawner knows the end at once, where Docker tells of it tens of milliseconds later. protocol.h has the
// conversation.
//
// It runs as the same user as the command and must not be its prey: it cannot be traced or read (it is not dumpable, and
// its file is executable only), the nonce that makes a trailer true is known to it and the spawner alone, and whatever the
// command may have changed of it is put right, or the sandbox is used no more.
#define _GNU_SOURCE
#include "clock.h"
#include "run.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum exit_code { DONE = 0, NOT_PID_1 = 64, BAD_FRAME = 70, NO_MEANS = 71 };
enum { LINGER_MS = 200 };

static struct init init;
static uint8_t payload[MAX_PAYLOAD + 1];

// What docker-init passes on, short of signals nobody sends from outside. Only these are blocked: what is not, and has no
// handler, the kernel drops for PID 1, so that a function can't queue signals on us.
static int listen_for_signals(void) {
    static const int passed[] = {SIGTERM, SIGINT,  SIGHUP,   SIGQUIT, SIGUSR1, SIGUSR2,
                                 SIGALRM, SIGCONT, SIGWINCH, SIGTSTP, SIGCHLD};
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof passed / sizeof *passed; i++) sigaddset(&set, passed[i]);
    sigprocmask(SIG_BLOCK, &set, &init.inherited);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

// An image may come without /dev/null only in theory; then a pipe without a writer is at its end just the same.
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
    if (words == 0 || init.signals < 0 || init.null < 0) return -1;
    meter_open(&init.meter, "/sys/fs/cgroup");
    guard_remember(&init.guard, init.null);
    sandbox_remember(&init.sandbox);
    return 0;
}

// The end of PID 1 is work for the kernel and for Docker, which would compete with the spawner's, who has just been told
// of the end of the run and is about to store it. He closes our stdin when he is done; if not, we go by ourselves.
static void linger(void) {
    struct pollfd in = {.fd = STDIN_FILENO}; // of interest is its end alone, which poll always tells
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
        if (type == FRAME_STOP || type == FRAME_PASS) continue; // it came too late: its run has ended
        if (type != FRAME_RUN) return BAD_FRAME;

        struct order order; // points into the payload: frames that come during the run go elsewhere
        struct control control;
        struct trailer trailer = {.version = PROTOCOL_VERSION};
        int wrong = order_parse(&order, payload, length);
        memcpy(trailer.nonce, order.head.nonce, NONCE_BYTES);
        inbox_move(&inbox, &control, sizeof control);
        if (wrong) trailer.kind = KIND_BAD_FRAME;
        else if (run(&init, &order, &inbox, &trailer) == RUN_ABANDONED) return DONE;
        send_trailer(&trailer);
        if (wrong) return BAD_FRAME;

        explicit_bzero(payload, length);
        inbox_move(&inbox, payload, MAX_PAYLOAD);
        if (!(order.head.flags & RUN_REUSE) || (trailer.flags & TRAILER_DIRTY)) {
            linger();
            return DONE;
        }
        if (trailer.kind != KIND_TOO_LATE && sandbox_reset(&init.sandbox)) return DONE;
        memcpy(last, order.head.nonce, NONCE_BYTES);
        send_ready(last, clock_us(CLOCK_BOOTTIME));
    }
}

int main(int argc, char **argv) {
    if (getpid() != 1) { // the end of a run is kill(-1), which anywhere else would end the machine
        fputs("init: runs as PID 1 of a container only\n", stderr);
        return NOT_PID_1;
    }
    prctl(PR_SET_DUMPABLE, 0);
    int skipped = argc > 1 && strcmp(argv[1], "--") == 0 ? 2 : 1;
    if (argc < skipped || boot(argc - skipped, argv + skipped)) return NO_MEANS;
    return serve();
}
