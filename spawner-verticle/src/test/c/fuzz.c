// Feeds init with conversations that are wrong: frames cut off, too long, with any byte changed, in any order, and noise.
// Built with the sanitizers, and without process.c and sandbox.c: outside a container those would kill all and wipe much.
// Here a child is a number that ends when the dice say so.                  usage: fuzz SEED INPUTS SECONDS
//
// What is checked of each: nothing the sanitizers object to, an end within bounds, and that what init says is what its
// protocol allows: READY first, then for each run a trailer with the run's nonce and nothing between.
#define _GNU_SOURCE
#include "../../main/c/clock.h"
#include "../../main/c/process.h"
#include <sanitizer/common_interface_defs.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#define main init_main
#define getpid() 1
#define prctl(...) (void)0 // LeakSanitizer traces us
#include "../../main/c/init.c"
#undef main

#define MOST (3u << 20)
static uint8_t input[MOST];
static size_t length;
static uint64_t seed, state;

static void name_seed(void) {
    dprintf(3, "seed %llu\n", (unsigned long long)seed);
}

static void fail(const char *why) {
    dprintf(3, "%s\n", why);
    name_seed();
    abort();
}

static uint32_t any(uint32_t below) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (state >> 20) % below;
}

// --- the processes that are none ---------------------------------------------------------------------------------------

static int children, polls_left, killed;

pid_t process_start(char **argv, char **environment, int null, const sigset_t *mask, int *exec_error) {
    (void)null, (void)mask;
    size_t bytes = 0; // every byte of what exec would be given is there
    for (char **word = argv; *word; word++) bytes += strlen(*word);
    for (char **variable = environment; *variable; variable++) bytes += strlen(*variable);
    *exec_error = any(8) == 0 ? E2BIG : 0;
    if (bytes > MOST) fail("more than was sent");
    children = 1 + any(3);
    polls_left = any(4);
    killed = 0;
    return 2;
}

void process_signal(pid_t process, int number) {
    if (process <= 1 || number < 0 || number > 64) fail("a signal that there is none of");
}

void process_kill_all(void) {
    killed = 1;
}

pid_t process_reap(int *status, struct rusage *usage) {
    memset(usage, 0, sizeof *usage);
    if (children == 0) {
        errno = ECHILD;
        return -1;
    }
    if (!killed && polls_left-- > 0) return 0;
    *status = any(2) ? (int)any(256) << 8 : 9;
    return 1 + children--;
}

// --- the sandbox that is none ------------------------------------------------------------------------------------------

void sandbox_remember(struct sandbox *sandbox) {
    sandbox->reusable = 1;
}

int sandbox_wipe(const struct sandbox *sandbox) {
    (void)sandbox;
    return 0;
}

int sandbox_reset(const struct sandbox *sandbox) {
    (void)sandbox;
    return any(4) ? 0 : -1;
}

// --- what is said to init ----------------------------------------------------------------------------------------------

static void add(const void *bytes, size_t count) {
    if (length + count > MOST) return;
    memcpy(input + length, bytes, count);
    length += count;
}

static void add_noise(uint32_t count) {
    for (uint32_t i = 0; i < count && length < MOST; i++) input[length++] = any(256);
}

static uint8_t last_nonce[NONCE_BYTES];

static void add_run(void) {
    static uint8_t text[200000];
    struct run_head head = {.flags = any(2), .timeout_ms = any(3), .grace_ms = any(3), .stop_signal = any(70),
                            .variables = any(4), .not_after_us = any(4) ? UINT64_MAX : 0};
    for (int i = 0; i < NONCE_BYTES; i++) head.nonce[i] = last_nonce[i] = any(256);
    size_t count = 0;
    for (int i = 0; i < head.variables; i++) count += sprintf((char *)text + count, "N%u=%u", any(9), any(99)) + 1;
    uint32_t argument = any(20) ? any(50) : any(150000);
    memset(text + count, 'a', argument);
    count += argument;
    struct header header = {PROTOCOL_VERSION, FRAME_RUN, 0, sizeof head + count};
    add(&header, sizeof header);
    add(&head, sizeof head);
    add(text, count);
}

static void add_control(void) {
    struct control control = {.value = any(3) ? any(70) : any(UINT32_MAX)};
    if (any(3)) memcpy(control.nonce, last_nonce, NONCE_BYTES);
    struct header header = {PROTOCOL_VERSION, any(2) ? FRAME_STOP : FRAME_PASS, 0, sizeof control};
    add(&header, sizeof header);
    add(&control, sizeof control);
}

static void make_input(void) {
    length = 0;
    for (uint32_t frames = any(6); frames-- > 0;) {
        switch (any(8)) {
        case 0: add_noise(any(64)); break;
        case 1: { // a length that lies
            struct header header = {PROTOCOL_VERSION, "RKSX"[any(4)], 0, any(2) ? any(64) : any(UINT32_MAX)};
            add(&header, sizeof header);
            add_noise(any(64));
            break;
        }
        case 2: case 3: add_control(); break;
        default: add_run();
        }
    }
    if (length > 0 && any(2)) {
        for (uint32_t changes = 1 + any(4); changes-- > 0;) input[any(length)] = any(3) ? any(256) : any(3);
    }
    if (length > 0 && any(4) == 0) length = any(length);
}

// --- what init says ----------------------------------------------------------------------------------------------------

static void check_output(int out, int err) {
    static uint8_t said[1 << 20], also[1 << 20];
    ssize_t count = pread(out, said, sizeof said, 0), other = pread(err, also, sizeof also, 0), at = 0, trailers = 0;
    while (at < count) {
        struct ready ready;
        struct trailer trailer;
        if (at == 0 || said[at] == 'F') { // nonces are compared below: a trailer is told by its place
            memcpy(&ready, said + at, sizeof ready);
            if (memcmp(ready.magic, "FaasRdy", 7) == 0) {
                at += sizeof ready;
                continue;
            }
        }
        if (at == 0 || at + (ssize_t)sizeof trailer > count) fail("neither READY nor a trailer");
        memcpy(&trailer, said + at, sizeof trailer);
        if (trailer.version != PROTOCOL_VERSION || trailer.kind > KIND_TOO_LATE) fail("a trailer that is wrong");
        if (length < NONCE_BYTES || !memmem(input, length, trailer.nonce, NONCE_BYTES)) {
            if (trailer.kind != KIND_BAD_FRAME) fail("a trailer of a run that nobody asked for");
        }
        if (other < (trailers + 1) * (ssize_t)sizeof trailer || memcmp(also + trailers * sizeof trailer, &trailer, sizeof trailer)) {
            fail("another trailer on stderr");
        }
        trailers++;
        at += sizeof trailer;
    }
    if (other != trailers * (ssize_t)sizeof(struct trailer)) fail("more on stderr than trailers");
}

int main(int argc, char **argv) {
    if (argc != 4) return 64;
    seed = strtoull(argv[1], NULL, 10);
    uint64_t inputs = strtoull(argv[2], NULL, 10), runs = 0, bytes = 0;
    uint64_t until = now_us() + strtoull(argv[3], NULL, 10) * 1000000;
    char *command[] = {"init", "--", "/function", "word", NULL};
    dup2(2, 3);
    __sanitizer_set_report_fd((void *)3);
    __sanitizer_set_death_callback(name_seed);
    int in = memfd_create("in", 0), out = memfd_create("out", 0), err = memfd_create("err", 0);
    dup2(in, 0), dup2(out, 1), dup2(err, 2);
    for (; runs < inputs && now_us() < until; runs++, seed++) {
        state = seed * 0x9e3779b97f4a7c15ull + 1;
        make_input();
        bytes += length;
        if (ftruncate(in, 0) || ftruncate(out, 0) || ftruncate(err, 0)) fail("no room");
        if (pwrite(in, input, length, 0) != (ssize_t)length) fail("no room");
        for (int fd = 0; fd < 3; fd++) lseek(fd, 0, SEEK_SET);
        uint64_t begun = now_us();
        int code = init_main(4, command);
        if (code != 0 && code != 70) fail("an exit code that there is none of");
        if (now_us() - begun > 5000000) fail("it took too long");
        check_output(out, err);
        const int opened[] = {init.null, init.signals, init.meter.cpu, init.meter.oom, init.meter.peak};
        for (int i = 0; i < 5; i++) close(opened[i]);
        memset(&init, 0, sizeof init);
    }
    dprintf(3, "%llu conversations, %llu bytes\n", (unsigned long long)runs, (unsigned long long)bytes);
    return 0;
}
