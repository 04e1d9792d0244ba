// The protocol between the spawner and init, version 4. Its Java side is dev.faas.spawner.docker.init.InitProtocol: change
// both, and the version, together. All numbers are little endian.
//
// SPAWNER → INIT, on stdin: frames.
//
//   header    u8 version, u8 type, u16 zero, u32 bytes of the payload (at most MAX_PAYLOAD)
//   'R' run   nonce[16]              random, for this run; only the spawner and init know it
//             u32 flags              RUN_REUSE: reset the sandbox afterwards and wait for another run
//                                    RUN_NO_ARGUMENT: the command line has no further element
//             u32 timeout_ms         from the start of the command to the stop signal; 0: none
//             u32 grace_ms           from the stop signal to SIGKILL; 0: SIGKILL at once
//             u16 stop signal        0: SIGTERM
//             u16 n                  variables
//             u64 not_after_us       CLOCK_BOOTTIME; later than that, the command is not started
//             u32 m                  secrets
//             u32 zero
//             n × "NAME=value\0"     added to the container's environment; they replace variables of the same name
//             m × "NAME\0", u32 length, bytes
//                                    files in /run/secrets, which the command's user alone can read
//             argument               all remaining bytes, none of them NUL: the last element of the command line,
//                                    unless RUN_NO_ARGUMENT
//   'K' stop  nonce[16], u32 grace_ms: the stop signal now, SIGKILL to everything after grace_ms
//   'S' pass  nonce[16], u32 signal:   send the command this signal
//
//   K and S name their run, so a late one has no effect. While a command runs, no other frame is allowed.
//   End of file, and any invalid frame, kills all processes and ends the container.
//
// INIT → SPAWNER
//
//   READY     on stdout, when init waits for a run: "FaasRdy" and the version, the inverted nonce of the last run (before
//             the first run: of zeros), u64 CLOCK_BOOTTIME in microseconds; with --nested, the failed step of building
//             the root and its errno; init then accepts no run
//   TRAILER   at the end of stdout and of stderr, the same on both, when no process of the run is left: struct trailer.
//             Bytes that look like a trailer but do not begin with the nonce are the function's output.
//
//     spawner                             init                                command
//        │ ◀───────────── READY ───────────│
//        │ ─ R ───────────────────────────▶│ ─ vfork, exec ──────────────────────▶│
//        │ ◀──────────────────────────────────────────────────── stdout, stderr ──│
//        │ ─ (K, S) ──────────────────────▶│ ─ signals ──────────────────────────▶│
//        │                                 │ ◀──────────────────────────── exit ──┘
//        │ ◀──── TRAILER, TRAILER ─────────│ kills what is left, reaps, counts
//        │ ◀───────────── READY ───────────│ only with RUN_REUSE, and only if the sandbox was restored
#pragma once
#include <stdint.h>

#define PROTOCOL_VERSION 4
#define NONCE_BYTES 16
#define MAX_PAYLOAD (1u << 20) // the longest argument, 32 KiB of variables, 256 KiB of secrets, and room for what exec refuses

enum { FRAME_RUN = 'R', FRAME_STOP = 'K', FRAME_PASS = 'S' };
enum { RUN_REUSE = 1, RUN_NO_ARGUMENT = 2 };

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
    uint32_t secrets, zero;
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
    uint16_t failed_step, error; // 0: none failed
    uint32_t zero;
};

// The steps by which a nested run gets its root.
enum step {
    STEP_NONE = 0,
    STEP_USER = 1,       // the image's user does not exist
    STEP_NAMESPACES = 2, // new namespaces
    STEP_SCRATCH = 3,    // the tmpfs for what the run writes
    STEP_ROOT = 4,       // the overlay of the root
    STEP_MOUNTS = 5,     // what is mounted below it
    STEP_ENTER = 6,      // the change of the root
    STEP_RIGHTS = 7,     // the capabilities and the AppArmor profile of the command
    STEP_FILTER = 8,     // the filter of system calls
};

enum kind {
    KIND_EXITED = 0,      // value: the exit code
    KIND_SIGNALED = 1,    // value: the signal
    KIND_EXEC_FAILED = 2, // value: the exit code of docker-init in this case (127, 126, 1); error: why
    KIND_FORK_FAILED = 3, // error: why
    KIND_BAD_FRAME = 4,   // the run frame was invalid; nothing was started
    KIND_TOO_LATE = 5,    // not_after_us had passed; nothing was started
    KIND_NO_SECRETS = 6,  // the files of secrets could not be written: error says why; nothing was started
};

enum {
    TRAILER_DEADLINE = 1,     // the timeout came before the end; never together with TRAILER_STOPPED: the first one counts
    TRAILER_STOPPED = 2,      // a stop frame came before the end
    TRAILER_OUT_OF_MEMORY = 4,// the kernel killed a process of the sandbox because memory ran out
    TRAILER_STRAYS = 8,       // processes were left when the command had ended
    TRAILER_DIRTY = 16,       // something could not be restored: no reuse
    TRAILER_KILLED = 32,      // SIGKILL was sent after the grace
    TRAILER_UNFILTERED = 64,  // the kernel has no filter of system calls: the command may have changed init's limits
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
    uint64_t peak_memory;     // bytes, of the cgroup since its creation: this run's if more than peak_before, else a bound
    uint64_t peak_before;     // the same before the run; both are 0 where the kernel has no figure
};

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the structures go over the wire as they are");
_Static_assert(sizeof(struct header) == 8 && sizeof(struct run_head) == 48, "no padding");
_Static_assert(sizeof(struct control) == 20 && sizeof(struct ready) == 40, "no padding");
_Static_assert(sizeof(struct trailer) == 80, "no padding");
