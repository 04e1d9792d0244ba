// The protocol between the spawner and init, version 1. Its Java peer is dev.faas.spawner.docker.InitProtocol: change both,
// and the version, together. All numbers are little endian.
//
// SPAWNER → INIT, on stdin: frames.
//
//   header    u8 version, u8 type, u16 zero, u32 bytes of the payload (at most MAX_PAYLOAD)
//   'R' run   nonce[16]              random, made for this run, known to nobody else
//             u32 flags              RUN_REUSE: reset the sandbox afterwards and wait for another run
//             u32 timeout_ms         from the start of the command to the stop signal; 0: none
//             u32 grace_ms           from the stop signal to SIGKILL; 0: SIGKILL at once
//             u16 stop signal        0: SIGTERM
//             u16 n                  variables
//             u64 not_after_us       CLOCK_BOOTTIME: later than that the command is not started
//             n × "NAME=value\0"     added to the container's environment, instead of what has the same name there
//             argument               all remaining bytes, none of them NUL: the last element of the command line
//   'K' stop  nonce[16], u32 grace_ms: the stop signal now, SIGKILL to everything after grace_ms
//   'S' pass  nonce[16], u32 signal:   send the command this signal
//
//   K and S name their run, so that one that comes late hits nothing. While a command runs no other frame is allowed.
//   End of file, and any frame that is wrong, kills everything and ends the container.
//
// INIT → SPAWNER
//
//   READY     on stdout, when it waits for a run: "FaasRdy" and the version, the nonce of the last run inverted (before
//             the first: of zeros), u64 CLOCK_BOOTTIME in microseconds
//   TRAILER   last on stdout and last on stderr, the same on both, when no process of the run is left: struct trailer.
//             What looks like one and does not begin with the nonce is the function's output.
//
//     spawner                             init                                command
//        │ ◀───────────── READY ───────────│
//        │ ─ R ───────────────────────────▶│ ─ vfork, exec ──────────────────────▶│
//        │ ◀──────────────────────────────────────────────────── stdout, stderr ──│
//        │ ─ (K, S) ──────────────────────▶│ ─ signals ──────────────────────────▶│
//        │                                 │ ◀──────────────────────────── exit ──┘
//        │ ◀──── TRAILER, TRAILER ─────────│ kills what is left, reaps, counts
//        │ ◀───────────── READY ───────────│ only with RUN_REUSE, and only when the sandbox is as it was
#pragma once
#include <stdint.h>

#define PROTOCOL_VERSION 1
#define NONCE_BYTES 16
#define MAX_PAYLOAD (1u << 20) // the longest argument, 32 KiB of variables, and room for what exec is to refuse

enum { FRAME_RUN = 'R', FRAME_STOP = 'K', FRAME_PASS = 'S' };
enum { RUN_REUSE = 1 };

struct header {
    uint8_t version, type;
    uint16_t zero;
    uint32_t length;
};

struct run_head {
    uint8_t nonce[NONCE_BYTES];
    uint32_t flags, timeout_ms, grace_ms;
    uint16_t stop_signal, variables;
    uint64_t not_after_us;
};

struct control {
    uint8_t nonce[NONCE_BYTES];
    uint32_t value; // grace_ms or signal
};

struct ready {
    char magic[7];
    uint8_t version;
    uint8_t inverted_nonce[NONCE_BYTES];
    uint64_t boottime_us;
};

enum kind {
    KIND_EXITED = 0,      // value: the exit code
    KIND_SIGNALED = 1,    // value: the signal
    KIND_EXEC_FAILED = 2, // value: what docker-init would exit with (127, 126, 1); error: why
    KIND_FORK_FAILED = 3, // error: why
    KIND_BAD_FRAME = 4,   // the run's frame was wrong; nothing was started
    KIND_TOO_LATE = 5,    // not_after_us was over; nothing was started
};

enum {
    TRAILER_DEADLINE = 1,     // the timeout came before the end; never together with TRAILER_STOPPED: the first counts
    TRAILER_STOPPED = 2,      // a stop frame came before the end
    TRAILER_OUT_OF_MEMORY = 4,// the kernel killed a process of the sandbox for want of memory
    TRAILER_STRAYS = 8,       // processes were left when the command had ended
    TRAILER_DIRTY = 16,       // something could not be made as it was: no reuse
    TRAILER_KILLED = 32,      // the grace was over: SIGKILL was used
};

struct trailer {
    uint8_t nonce[NONCE_BYTES];
    uint8_t version, kind, value, zero;
    uint32_t error; // errno
    uint32_t flags;
    uint32_t processes; // that ended during the run
    uint32_t oom_kills;
    uint32_t reserved;
    uint64_t wall_us;
    uint64_t cpu_us;
    uint64_t largest_process; // bytes of memory
    uint64_t peak_memory;     // bytes, of the cgroup since its beginning: this run's own if it is more than …
    uint64_t peak_before;     // … before the run, else an upper bound; both 0 where the kernel does not tell
};

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the structures go over the wire as they are");
_Static_assert(sizeof(struct header) == 8 && sizeof(struct run_head) == 40, "no padding");
_Static_assert(sizeof(struct control) == 20 && sizeof(struct ready) == 32, "no padding");
_Static_assert(sizeof(struct trailer) == 80, "no padding");
