// The calls by which init acts on other processes. The fuzz test replaces them with harmless ones: kill(-1) outside a PID
// namespace would end the whole machine.
#pragma once
#include "identity.h"
#include <signal.h>
#include <sys/resource.h>
#include <sys/types.h>

// Starts the command as the leader of a process group in init's session, as docker-init does. -1 and errno if fork fails;
// sets *exec_error if exec fails (the child must still be reaped).
//
// as: the user that the command becomes; NULL: init's own
pid_t process_start(char **argv, char **environment, int null, const sigset_t *mask, const struct identity *as,
                    int *exec_error);

void process_signal(pid_t process, int signal);
void process_kill_all(void);

// As wait4(-1, …, WNOHANG, …).
pid_t process_reap(int *status, struct rusage *usage);
