#define _GNU_SOURCE
#include "relay.h"
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// Writes to an inner init that has ended are dropped.
static void send_all(int socket, const void *bytes, size_t count) {
    for (const char *at = bytes; count > 0;) {
        ssize_t sent = send(socket, at, count, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return;
        at += sent;
        count -= sent;
    }
}

static void pass_signal(int socket, const uint8_t *nonce, int number) {
    struct header header = {PROTOCOL_VERSION, FRAME_PASS, 0, sizeof(struct control)};
    struct control control = {.value = number};
    memcpy(control.nonce, nonce, NONCE_BYTES);
    send_all(socket, &header, sizeof header);
    send_all(socket, &control, sizeof control);
}

// False if stdin ended or the frame is not allowed now.
static int pass_frame(int socket, struct inbox *inbox) {
    switch (inbox_receive(inbox)) {
    case FRAME_PARTIAL: return 1;
    case FRAME_COMPLETE: break;
    default: return 0;
    }
    uint8_t type = inbox->header.type;
    if (inbox->header.length != sizeof(struct control) || (type != FRAME_STOP && type != FRAME_PASS)) return 0;
    send_all(socket, &inbox->header, sizeof inbox->header);
    send_all(socket, inbox->payload, inbox->header.length);
    inbox_empty(inbox);
    return 1;
}

enum run_result relay_run(struct init *init, const struct header *header, const void *payload, struct inbox *inbox,
                          struct trailer *trailer) {
    int socket = init->nested.socket;
    uint8_t nonce[NONCE_BYTES];
    size_t have = 0;
    memcpy(nonce, trailer->nonce, sizeof nonce);
    while (next_signal(init->signals) > 0) continue; // from before the run
    send_all(socket, header, sizeof *header);
    send_all(socket, payload, header->length);
    while (have < sizeof *trailer) {
        struct pollfd events[] = {{.fd = STDIN_FILENO, .events = POLLIN},
                                  {.fd = init->signals, .events = POLLIN},
                                  {.fd = socket, .events = POLLIN}};
        if (poll(events, 3, -1) < 0) continue;
        if (events[2].revents) {
            ssize_t got = read(socket, (char *)trailer + have, sizeof *trailer - have);
            if (got < 0 && errno == EINTR) continue;
            if (got <= 0) return RUN_LOST;
            have += got;
            continue;
        }
        for (int number; (number = next_signal(init->signals)) > 0;) {
            if (number != SIGCHLD) pass_signal(socket, nonce, number);
        }
        if (events[0].revents && !pass_frame(socket, inbox)) return RUN_ABANDONED;
    }
    return RUN_ENDED;
}
