// Sends init invalid conversations: frames cut off, too long, with changed bytes, in any order, and noise.
// Built with the sanitizers, and without process.c, sandbox.c, secrets.c, filter.c and nested.c, which would kill all processes,
// wipe folders, write to /run, filter this process's own calls and change its root outside a container. Here a child is only a number that ends
// at random; the inner init of a nested run is a fork.             usage: fuzz SEED INPUTS SECONDS
//
// Checks for each conversation: no sanitizer error, an end within the limit, and messages as the protocol allows: READY
// first, then for each run a trailer with the run's nonce, and nothing between.
#define _GNU_SOURCE
#include "../../main/c/clock.h"
#include "../../main/c/process.h"
#include "../../main/c/secrets.h"
#include <sanitizer/common_interface_defs.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define main init_main
#define getpid() 1
#define prctl(...) (void)0 // LeakSanitizer has to trace this process
#include "../../main/c/init.c"
#undef main

#define INPUT_LIMIT (3u << 20)
static uint8_t input[INPUT_LIMIT];
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

static uint32_t pick(uint32_t below) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (state >> 20) % below;
}

// --- fake processes ----------------------------------------------------------------------------------------------------

static int children, polls_left, killed;

pid_t process_start(char **argv, char **environment, int null, const sigset_t *mask, const struct identity *as,
                    int *exec_error) {
    (void)null, (void)mask, (void)as;
    size_t bytes = 0; // reads every byte that exec would get
    for (char **word = argv; *word; word++) bytes += strlen(*word);
    for (char **variable = environment; *variable; variable++) bytes += strlen(*variable);
    *exec_error = pick(8) == 0 ? E2BIG : 0;
    if (bytes > INPUT_LIMIT) fail("exec would get more than was sent");
    children = 1 + pick(3);
    polls_left = pick(4);
    killed = 0;
    return 2;
}

void process_signal(pid_t process, int number) {
    if (process <= 1 || number < 0 || number > 64) fail("an invalid signal or process");
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
    *status = pick(2) ? (int)pick(256) << 8 : 9;
    return 1 + children--;
}

int filter_protect_init(void) {
    return pick(2) ? 0 : -1;
}

int secrets_write(const struct run_frame *frame, const struct identity *as) {
    (void)as;
    size_t bytes = 0; // reads every byte
    const uint8_t *at = frame->secrets;
    for (uint32_t i = 0; i < frame->head.secrets; i++) {
        struct secret secret;
        at = secret_next(&secret, at, (const uint8_t *)frame->argument);
        if (!at || strchr(secret.name, '/')) fail("an invalid secret");
        bytes += strlen(secret.name);
        for (uint32_t j = 0; j < secret.length; j++) bytes += secret.bytes[j] & 1;
    }
    if (bytes > INPUT_LIMIT) fail("secrets have more than was sent");
    errno = ENOSPC;
    return pick(10) ? 0 : -1;
}

// --- a fake root -------------------------------------------------------------------------------------------------------

struct failure nested_remember(struct nested *nested) {
    (void)nested;
    return (struct failure){pick(50) ? STEP_NONE : STEP_USER, 0};
}

enum side nested_start(struct nested *nested, struct failure *failure) {
    int ends[2];
    *failure = (struct failure){pick(50) ? STEP_NONE : STEP_ROOT, 0};
    if (failure->step != STEP_NONE) return OUTER;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)) fail("no sockets");
    nested->inner = fork();
    if (nested->inner == 0) {
        dup2(ends[1], 0);
        close(ends[0]), close(ends[1]);
        return INNER;
    }
    close(ends[1]);
    nested->socket = ends[0];
    return OUTER;
}

int nested_end(struct nested *nested, const struct meter *meter) {
    (void)meter;
    int status = 0;
    if (nested->inner <= 0) return 0;
    kill(nested->inner, SIGKILL);
    if (waitpid(nested->inner, &status, 0) > 0 && WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL) {
        fail("the inner init failed");
    }
    close(nested->socket);
    nested->inner = 0;
    return pick(20) ? 0 : -1;
}

// --- a fake sandbox ----------------------------------------------------------------------------------------------------

void sandbox_remember(struct sandbox *sandbox) {
    sandbox->reusable = 1;
}

int sandbox_wipe(const struct sandbox *sandbox) {
    (void)sandbox;
    return 0;
}

int sandbox_reset(const struct sandbox *sandbox) {
    (void)sandbox;
    return pick(4) ? 0 : -1;
}

// --- input for init ----------------------------------------------------------------------------------------------------

static void add(const void *bytes, size_t count) {
    if (length + count > INPUT_LIMIT) return;
    memcpy(input + length, bytes, count);
    length += count;
}

static void add_noise(uint32_t count) {
    for (uint32_t i = 0; i < count && length < INPUT_LIMIT; i++) input[length++] = pick(256);
}

static uint8_t last_nonce[NONCE_BYTES];

static void add_run(void) {
    static uint8_t text[200000];
    struct run_head head = {.flags = pick(2), .timeout_ms = pick(3), .grace_ms = pick(3), .stop_signal = pick(70),
                            .variables = pick(4), .secrets = pick(3), .not_after_us = pick(4) ? UINT64_MAX : 0};
    for (int i = 0; i < NONCE_BYTES; i++) head.nonce[i] = last_nonce[i] = pick(256);
    size_t count = 0;
    for (int i = 0; i < head.variables; i++) count += sprintf((char *)text + count, "N%u=%u", pick(9), pick(99)) + 1;
    for (uint32_t i = 0; i < head.secrets; i++) {
        count += sprintf((char *)text + count, "s%u", pick(9)) + 1;
        uint32_t bytes = pick(100), said = pick(20) ? bytes : pick(UINT32_MAX);
        memcpy(text + count, &said, sizeof said);
        memset(text + count + sizeof said, pick(3), bytes);
        count += sizeof said + bytes;
    }
    uint32_t argument = pick(20) ? pick(50) : pick(150000);
    memset(text + count, 'a', argument);
    count += argument;
    struct header header = {PROTOCOL_VERSION, FRAME_RUN, 0, sizeof head + count};
    add(&header, sizeof header);
    add(&head, sizeof head);
    add(text, count);
}

static void add_control(void) {
    struct control control = {.value = pick(3) ? pick(70) : pick(UINT32_MAX)};
    if (pick(3)) memcpy(control.nonce, last_nonce, NONCE_BYTES);
    struct header header = {PROTOCOL_VERSION, pick(2) ? FRAME_STOP : FRAME_PASS, 0, sizeof control};
    add(&header, sizeof header);
    add(&control, sizeof control);
}

static void make_input(void) {
    length = 0;
    for (uint32_t frames = pick(6); frames-- > 0;) {
        switch (pick(8)) {
        case 0: add_noise(pick(64)); break;
        case 1: { // a wrong length
            struct header header = {PROTOCOL_VERSION, "RKSX"[pick(4)], 0, pick(2) ? pick(64) : pick(UINT32_MAX)};
            add(&header, sizeof header);
            add_noise(pick(64));
            break;
        }
        case 2: case 3: add_control(); break;
        default: add_run();
        }
    }
    if (length > 0 && pick(2)) {
        for (uint32_t changes = 1 + pick(4); changes-- > 0;) input[pick(length)] = pick(3) ? pick(256) : pick(3);
    }
    if (length > 0 && pick(4) == 0) length = pick(length);
}

// --- output of init ----------------------------------------------------------------------------------------------------

static void check_output(int out, int err) {
    static uint8_t stdout_bytes[1 << 20], stderr_bytes[1 << 20];
    ssize_t count = pread(out, stdout_bytes, sizeof stdout_bytes, 0);
    ssize_t other = pread(err, stderr_bytes, sizeof stderr_bytes, 0), at = 0, trailers = 0;
    while (at < count) {
        struct ready ready;
        struct trailer trailer;
        if (at == 0 || stdout_bytes[at] == 'F') { // otherwise a trailer; its nonce is compared below
            memcpy(&ready, stdout_bytes + at, sizeof ready);
            if (memcmp(ready.magic, "FaasRdy", 7) == 0) {
                at += sizeof ready;
                continue;
            }
        }
        if (at == 0 || at + (ssize_t)sizeof trailer > count) fail("output is neither READY nor a trailer");
        memcpy(&trailer, stdout_bytes + at, sizeof trailer);
        if (trailer.version != PROTOCOL_VERSION || trailer.kind > KIND_NO_SECRETS) fail("invalid trailer");
        if (length < NONCE_BYTES || !memmem(input, length, trailer.nonce, NONCE_BYTES)) {
            if (trailer.kind != KIND_BAD_FRAME) fail("a trailer with a nonce that was never sent");
        }
        if (other < (trailers + 1) * (ssize_t)sizeof trailer ||
            memcmp(stderr_bytes + trailers * sizeof trailer, &trailer, sizeof trailer)) {
            fail("the trailers on stdout and stderr differ");
        }
        trailers++;
        at += sizeof trailer;
    }
    if (other != trailers * (ssize_t)sizeof(struct trailer)) fail("stderr has more than the trailers");
}

int main(int argc, char **argv) {
    if (argc != 4) return 64;
    seed = strtoull(argv[1], NULL, 10);
    uint64_t inputs = strtoull(argv[2], NULL, 10), runs = 0, bytes = 0;
    uint64_t until = now_us() + strtoull(argv[3], NULL, 10) * 1000000;
    char *command[] = {"init", "--", "/function", "word", NULL};
    char *nested[] = {"init", "--nested", "worker", "--scratch", "4096", "--", "/function", "word", NULL};
    dup2(2, 3);
    __sanitizer_set_report_fd((void *)3);
    __sanitizer_set_death_callback(name_seed);
    int in = memfd_create("in", 0), out = memfd_create("out", 0), err = memfd_create("err", 0);
    dup2(in, 0), dup2(out, 1), dup2(err, 2);
    for (; runs < inputs && now_us() < until; runs++, seed++) {
        state = seed * 0x9e3779b97f4a7c15ull + 1;
        make_input();
        bytes += length;
        if (ftruncate(in, 0) || ftruncate(out, 0) || ftruncate(err, 0)) fail("cannot write the input");
        if (pwrite(in, input, length, 0) != (ssize_t)length) fail("cannot write the input");
        for (int fd = 0; fd < 3; fd++) lseek(fd, 0, SEEK_SET);
        uint64_t begun = now_us();
        int code = pick(4) ? init_main(4, command) : init_main(8, nested);
        nested_end(&init.nested, &init.meter);
        if (code != 0 && code != 70) fail("unexpected exit code");
        if (now_us() - begun > 5000000) fail("init took too long");
        check_output(out, err);
        const int opened[] = {init.null, init.signals, init.meter.cpu, init.meter.oom, init.meter.peak,
                              init.meter.memory};
        for (int i = 0; i < 6; i++) close(opened[i]);
        memset(&init, 0, sizeof init);
    }
    dprintf(3, "%llu conversations, %llu bytes\n", (unsigned long long)runs, (unsigned long long)bytes);
    return 0;
}
