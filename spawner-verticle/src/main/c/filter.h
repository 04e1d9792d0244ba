// Refuses system calls: seccomp filters, which all processes inherit that start afterwards. They need no_new_privs. -1 where
// the kernel has no filters.
#pragma once

// Those by which a function could kill init.
int filter_install(void);

// Those that Docker's profile allows in a container with init's capabilities, and refuses in one without.
int filter_refuse_admin_calls(void);
