// What a run leaves in the network namespace, which all runs of a container share.
#pragma once

// Waits until the sockets of the last run are gone. -1 if something is left.
int network_await_empty(void);
