// Seccomp filters, which all processes inherit that start afterwards. They need no_new_privs. -1 where
// the kernel has no filters.
#pragma once

// Refuses calls by which a function could kill init.
int filter_protect_init(void);

// Refuses the calls that Docker allows only with init's capabilities.
int filter_refuse_admin_calls(void);
