// The calls by which init acts on other processes. Tests of the frames put harmless ones in their place: kill(-1) outside
// a PID namespace of its own would end the whole machine.
#pragma once
#include <signal.h>
#include <sys/resource.h>
#include <sys/types.h>

// Starts the command as the leader of a process group in our session, as docker-init does. -1 and errno when it cannot
// fork; *exec_error is set when the command could not be executed (the child is then to be reaped all the same).
pid_t process_start(char **argv, char **environment, int null, const sigset_t *mask, int *exec_error);

void process_signal(pid_t process, int signal);
void process_kill_all(void);

// As wait4(-1, …, WNOHANG, …).
pid_t process_reap(int *status, struct rusage *usage);
