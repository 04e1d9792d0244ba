// Frames in and answers out. Knows the bytes, not what they lead to.
#pragma once
#include "protocol.h"
#include <stddef.h>

// A frame as it arrives, piece by piece: whoever sends it may stall in the middle, and a deadline has to hold then too.
struct inbox {
    struct header header;
    uint8_t *payload;
    uint32_t capacity; // of the payload
    uint32_t have;     // bytes of header and payload so far
};

enum arrival { FRAME_PARTIAL, FRAME_COMPLETE, FRAME_END, FRAME_WRONG };

// Reads once from stdin, and blocks only if nothing is there. After FRAME_COMPLETE the inbox is to be emptied.
enum arrival inbox_receive(struct inbox *inbox);
void inbox_empty(struct inbox *inbox);

// From here on payloads go there, with what has come already of one.
void inbox_move(struct inbox *inbox, void *payload, uint32_t capacity);

// A run's frame, taken apart in place.
struct order {
    struct run_head head;
    const char *variables; // head.variables of them, one after the other, each ended by NUL
    char *argument;        // ended by NUL
};

// The payload has to have a byte of room behind its length. 0 when it is right; the nonce is there whenever it was sent.
int order_parse(struct order *order, uint8_t *payload, uint32_t length);

void send_ready(const uint8_t *last_nonce, uint64_t boottime_us);
void send_trailer(const struct trailer *trailer);
