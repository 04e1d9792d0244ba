#define _GNU_SOURCE
#include "network.h"
#include "clock.h"
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define SOCKETS_LIMIT_US 1500000

// Entries below the title. A kernel without the file has none.
static int entries(const char *path) {
    char line[512];
    int lines = 0;
    FILE *list = fopen(path, "re");
    while (list && fgets(line, sizeof line, list)) lines++;
    if (list) fclose(list);
    return lines > 0 ? lines - 1 : 0;
}

int network_await_empty(void) {
    uint64_t until = now_us() + SOCKETS_LIMIT_US;
    // Connections that are still closing, and Unix sockets that were sent over each other, outlive their processes. The kernel
    // looks for the latter when it closes a socket.
    while (entries("/proc/net/unix") + entries("/proc/net/tcp") + entries("/proc/net/tcp6") > 0) {
        if (now_us() > until) return -1;
        close(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        poll(NULL, 0, 1);
    }
    return entries("/proc/net/ip6_flowlabel") > 0 ? -1 : 0; // a label outlives its socket by up to a minute
}
