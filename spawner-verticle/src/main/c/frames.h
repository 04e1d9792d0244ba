// Reads frames from stdin and writes messages to stdout and stderr.
#pragma once
#include "protocol.h"
#include <stddef.h>

// A frame as it arrives, in pieces: the sender may stall within a frame, and timeouts still have to work.
struct inbox {
    struct header header;
    uint8_t *payload;
    uint32_t capacity; // of the payload
    uint32_t have;     // bytes of header and payload so far
};

enum arrival { FRAME_PARTIAL, FRAME_COMPLETE, FRAME_END, FRAME_WRONG };

// Reads once from stdin; blocks only if nothing is there. Call inbox_empty after FRAME_COMPLETE.
enum arrival inbox_receive(struct inbox *inbox);
void inbox_empty(struct inbox *inbox);

// Uses this payload buffer from now on; copies to it what has arrived of the current payload.
void inbox_move(struct inbox *inbox, void *payload, uint32_t capacity);

// A parsed run frame; points into the payload.
struct run_frame {
    struct run_head head;
    const char *variables;  // head.variables of them, each ends with NUL
    const uint8_t *secrets; // head.secrets of them, up to the argument
    char *argument;         // ends with NUL
};

struct secret {
    const char *name; // of a file
    const uint8_t *bytes;
    uint32_t length;
};

// The payload needs one byte of room behind its length. 0 if the frame is valid. Sets the nonce whenever one was sent.
int run_frame_parse(struct run_frame *frame, uint8_t *payload, uint32_t length);

// Reads the secret at `at`. Returns where the next one is; NULL if it is none.
const uint8_t *secret_next(struct secret *secret, const uint8_t *at, const uint8_t *end);

void send_ready(const uint8_t *last_nonce, uint64_t boottime_us, uint16_t failed_step, uint16_t error);
void send_trailer(const struct trailer *trailer);
