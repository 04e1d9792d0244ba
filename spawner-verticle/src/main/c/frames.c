#include "frames.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

enum arrival inbox_receive(struct inbox *inbox) {
    uint8_t *to;
    size_t wanted;
    if (inbox->have < sizeof inbox->header) {
        to = (uint8_t *)&inbox->header + inbox->have;
        wanted = sizeof inbox->header - inbox->have;
    } else {
        uint32_t have = inbox->have - sizeof inbox->header;
        to = inbox->payload + have;
        wanted = inbox->header.length - have;
    }
    ssize_t got = read(STDIN_FILENO, to, wanted);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return FRAME_PARTIAL;
    if (got <= 0) return FRAME_END;
    inbox->have += got;
    if (inbox->have < sizeof inbox->header) return FRAME_PARTIAL;
    const struct header *h = &inbox->header;
    if (h->version != PROTOCOL_VERSION || h->zero != 0 || h->length == 0 || h->length > inbox->capacity) return FRAME_WRONG;
    return inbox->have == sizeof *h + h->length ? FRAME_COMPLETE : FRAME_PARTIAL;
}

void inbox_empty(struct inbox *inbox) {
    inbox->have = 0;
}

void inbox_move(struct inbox *inbox, void *payload, uint32_t capacity) {
    if (inbox->have > sizeof inbox->header) memcpy(payload, inbox->payload, inbox->have - sizeof inbox->header);
    inbox->payload = payload;
    inbox->capacity = capacity;
}

const uint8_t *secret_next(struct secret *secret, const uint8_t *at, const uint8_t *end) {
    const uint8_t *nul = memchr(at, 0, end - at);
    secret->name = (const char *)at;
    if (!nul || *at == 0 || *at == '.' || memchr(at, '/', nul - at)) return NULL;
    at = nul + 1;
    if (end - at < (ptrdiff_t)sizeof secret->length) return NULL;
    memcpy(&secret->length, at, sizeof secret->length);
    secret->bytes = at + sizeof secret->length;
    return end - secret->bytes < (ptrdiff_t)secret->length ? NULL : secret->bytes + secret->length;
}

int run_frame_parse(struct run_frame *frame, uint8_t *payload, uint32_t length) {
    memset(frame, 0, sizeof *frame);
    memcpy(&frame->head, payload, length < sizeof frame->head ? length : sizeof frame->head);
    if (length < sizeof frame->head || frame->head.stop_signal > SIGRTMAX) return -1;
    if (frame->head.stop_signal == 0) frame->head.stop_signal = SIGTERM;
    uint8_t *at = payload + sizeof frame->head, *end = payload + length;
    frame->variables = (const char *)at;
    for (int i = 0; i < frame->head.variables; i++) {
        uint8_t *nul = memchr(at, 0, end - at);
        if (!nul || *at == '=' || !memchr(at, '=', nul - at)) return -1;
        at = nul + 1;
    }
    frame->secrets = at;
    for (uint32_t i = 0; i < frame->head.secrets; i++) {
        struct secret secret;
        at = (uint8_t *)secret_next(&secret, at, end);
        if (!at) return -1;
    }
    if (memchr(at, 0, end - at)) return -1;
    *end = 0;
    frame->argument = (char *)at;
    return 0;
}

// Writes all bytes unless the reader is gone. The function shares this descriptor and may have made it non-blocking.
static void put(int fd, const void *bytes, size_t count) {
    for (const char *at = bytes; count > 0;) {
        ssize_t written = write(fd, at, count);
        if (written > 0) {
            at += written;
            count -= written;
        } else if (written < 0 && errno == EAGAIN) {
            struct pollfd room = {.fd = fd, .events = POLLOUT};
            poll(&room, 1, -1);
        } else if (written == 0 || errno != EINTR) {
            return; // the attach stream is gone
        }
    }
}

void send_ready(const uint8_t *last_nonce, uint64_t boottime_us, uint16_t failed_step, uint16_t error) {
    struct ready ready = {.magic = "FaasRdy", .version = PROTOCOL_VERSION, .boottime_us = boottime_us,
                          .failed_step = failed_step, .error = error};
    for (int i = 0; i < NONCE_BYTES; i++) ready.inverted_nonce[i] = ~last_nonce[i];
    put(STDOUT_FILENO, &ready, sizeof ready);
}

void send_trailer(const struct trailer *trailer) {
    put(STDOUT_FILENO, trailer, sizeof *trailer);
    put(STDERR_FILENO, trailer, sizeof *trailer);
}
