// Refuses system calls by which a function could kill init.
#pragma once

// Installs a filter that all processes inherit; it needs no_new_privs. -1 where the kernel has no filters.
int filter_install(void);
