// init: PID 1 of a sandbox.                                            usage: /.faas/init [OPTION...] -- COMMAND [ARGUMENT...]
//
// OPTIONS  --nested USER: each run gets a root of its own (nested.h), and this user of the image; init itself is root
//          --scratch BYTES: what a nested run may write to its root
//          --home: HOME becomes that of the user
//          --profile NAME: of AppArmor, for the command
//
// Init boots ahead of demand and waits for a run frame with the argument. Then it starts the command with that argument as
// its last word, as `docker run --init` would, and reports the end in a trailer on the command's own streams. So the spawner
// learns of the end at once; Docker reports it tens of milliseconds later. protocol.h defines the protocol.
//
// Where runs are not nested, init has the command's user and is protected from it. It cannot be traced or read: it is not
// dumpable, and its file can only be executed. It cannot be killed: see filter.h. Only init and the spawner know the nonce
// that makes a trailer valid. What the command changed of init is restored; if that fails, the sandbox is not used again.
#define _GNU_SOURCE
#include "clock.h"
#include "filter.h"
#include "network.h"
#include "relay.h"
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
    init.filtered = filter_protect_init() == 0;
    if (words == 0 || init.signals < 0 || init.null < 0) return -1;
    meter_open(&init.meter, "/sys/fs/cgroup");
    guard_remember(&init.guard, init.null);
    if (!init.nested.user) sandbox_remember(&init.sandbox);
    return 0;
}

// Waits until the spawner closes stdin, or for a short time: the end of PID 1 costs the kernel and Docker processor time
// that the spawner needs just now to store the end of the run.
static void linger(void) {
    struct pollfd in = {.fd = STDIN_FILENO}; // without events: poll always reports the end
    poll(&in, 1, LINGER_MS);
}

// The inner init of a nested run: one run frame, one trailer.
static enum exit_code serve_inner(void) {
    struct inbox inbox = {.payload = payload, .capacity = MAX_PAYLOAD};
    struct trailer trailer = {.version = PROTOCOL_VERSION};
    struct run_frame frame;
    struct control control;
    enum arrival arrival;
    while ((arrival = inbox_receive(&inbox)) == FRAME_PARTIAL) continue;
    if (arrival != FRAME_COMPLETE || inbox.header.type != FRAME_RUN) return BAD_FRAME;
    inbox_empty(&inbox);
    if (run_frame_parse(&frame, payload, inbox.header.length)) return BAD_FRAME;
    memcpy(trailer.nonce, frame.head.nonce, NONCE_BYTES);
    inbox_move(&inbox, &control, sizeof control);
    init.as = &init.nested.identity;
    init.null = open_null(); // of the new root: the container's outlives the run
    if (init.null < 0) return CANNOT_START;
    if (run(&init, &frame, &inbox, &trailer) == RUN_ABANDONED) return DONE;
    return write(STDIN_FILENO, &trailer, sizeof trailer) == sizeof trailer ? DONE : CANNOT_START;
}

static struct failure build_root(void) {
    struct failure failure;
    if (nested_start(&init.nested, &failure) == INNER) _exit(serve_inner());
    return failure;
}

// Makes the sandbox as it was before the run. 0 if another run can come.
static int prepare_next_run(const struct trailer *trailer) {
    if (!init.nested.user && trailer->kind == KIND_TOO_LATE) return 0;
    if (!init.nested.user) return sandbox_reset(&init.sandbox) || network_await_empty() ? -1 : 0;
    return nested_end(&init.nested, &init.meter) || network_await_empty() || build_root().step != STEP_NONE ? -1 : 0;
}

// Adds what the cgroup counted, and restores what a command can change of init.
static void settle(const struct reading *before, struct trailer *trailer) {
    if (guard_restore(&init.guard)) trailer->flags |= TRAILER_DIRTY;
    if (!init.filtered) trailer->flags |= TRAILER_UNFILTERED | TRAILER_DIRTY;
    struct reading now = meter_read(&init.meter);
    trailer->oom_kills = now.oom_kills - before->oom_kills;
    if (trailer->oom_kills > 0) {
        trailer->flags |= TRAILER_OUT_OF_MEMORY | (init.nested.user ? TRAILER_DIRTY : 0);
        sandbox_wipe(&init.sandbox); // a full tmpfs uses memory that the trailer may need
    }
    if (meter_knows_cpu(&init.meter)) trailer->cpu_us = now.cpu_us - before->cpu_us;
    trailer->peak_before = before->peak_memory;
    trailer->peak_memory = now.peak_memory;
}

static enum run_result run_frame(struct run_frame *frame, const struct header *header, struct inbox *inbox,
                                 struct trailer *trailer) {
    struct reading before = meter_read(&init.meter);
    enum run_result result = init.nested.user ? relay_run(&init, header, payload, inbox, trailer)
                                              : run(&init, frame, inbox, trailer);
    if (result == RUN_ABANDONED) return result;
    if (result == RUN_LOST) {
        if (nested_end(&init.nested, &init.meter)) return RUN_ABANDONED;
        *trailer = (struct trailer){.version = PROTOCOL_VERSION, .kind = KIND_SIGNALED, .value = SIGKILL,
                                    .flags = TRAILER_DIRTY};
        memcpy(trailer->nonce, frame->head.nonce, NONCE_BYTES);
    }
    if (trailer->kind != KIND_TOO_LATE) settle(&before, trailer);
    return result == RUN_LOST && !(trailer->flags & TRAILER_OUT_OF_MEMORY) ? RUN_ABANDONED : RUN_ENDED;
}

static enum exit_code serve(void) {
    struct inbox inbox = {.payload = payload, .capacity = MAX_PAYLOAD};
    uint8_t last[NONCE_BYTES] = {0};
    struct failure failure = {0};
    if (init.nested.user) {
        failure = nested_remember(&init.nested);
        init.nested.memory = meter_memory(&init.meter);
        if (failure.step == STEP_NONE) failure = build_root();
    }
    send_ready(last, clock_us(CLOCK_BOOTTIME), failure.step, failure.error);
    for (;;) {
        switch (inbox_receive(&inbox)) {
        case FRAME_PARTIAL: continue;
        case FRAME_COMPLETE: break;
        case FRAME_END: return DONE;
        case FRAME_WRONG: return BAD_FRAME;
        }
        inbox_empty(&inbox);
        struct header header = inbox.header;
        if (header.type == FRAME_STOP || header.type == FRAME_PASS) continue; // too late: its run has ended
        if (header.type != FRAME_RUN || failure.step != STEP_NONE) return BAD_FRAME;

        struct run_frame frame; // points into the payload, so frames that come during the run go to another buffer
        struct control control;
        struct trailer trailer = {.version = PROTOCOL_VERSION};
        int wrong = run_frame_parse(&frame, payload, header.length);
        memcpy(trailer.nonce, frame.head.nonce, NONCE_BYTES);
        inbox_move(&inbox, &control, sizeof control);
        if (wrong) trailer.kind = KIND_BAD_FRAME;
        else if (run_frame(&frame, &header, &inbox, &trailer) == RUN_ABANDONED) return DONE;
        send_trailer(&trailer);
        if (wrong) return BAD_FRAME;

        explicit_bzero(payload, header.length);
        inbox_move(&inbox, payload, MAX_PAYLOAD);
        if (!(frame.head.flags & RUN_REUSE) || (trailer.flags & TRAILER_DIRTY)) {
            linger();
            return DONE;
        }
        if (prepare_next_run(&trailer)) return DONE;
        memcpy(last, frame.head.nonce, NONCE_BYTES);
        send_ready(last, clock_us(CLOCK_BOOTTIME), STEP_NONE, 0);
    }
}

// Takes the options in front of "--". Returns the index of the command; 0 if an option is wrong.
static int take_options(int argc, char **argv) {
    int i = 1;
    for (; i < argc && strcmp(argv[i], "--") != 0; i++) {
        const char **value = strcmp(argv[i], "--nested") == 0    ? &init.nested.user
                             : strcmp(argv[i], "--scratch") == 0 ? &init.nested.scratch
                             : strcmp(argv[i], "--profile") == 0 ? &init.nested.identity.profile
                                                                 : NULL;
        if (strcmp(argv[i], "--home") == 0) init.nested.home_from_user = 1;
        else if (value && i + 1 < argc) *value = argv[++i];
        else return 0;
    }
    return init.nested.user && !init.nested.scratch ? 0 : i + 1;
}

int main(int argc, char **argv) {
    if (getpid() != 1) { // every run ends with kill(-1), which would end the machine outside a container
        fputs("init: runs as PID 1 of a container only\n", stderr);
        return NOT_PID_1;
    }
    prctl(PR_SET_DUMPABLE, 0);
    int skipped = take_options(argc, argv);
    if (skipped == 0 || skipped > argc || boot(argc - skipped, argv + skipped)) return CANNOT_START;
    return serve();
}
