// The user and rights of a command that init starts with less than its own.
#pragma once
#include <limits.h>
#include <sys/types.h>

#define MAX_GROUPS 256

struct identity {
    uid_t user;
    gid_t group;
    int count;
    gid_t groups[MAX_GROUPS]; // the first is `group`
    char home[PATH_MAX];
    const char *profile; // of AppArmor; NULL: none
};

// Finds the user as Docker does: "", user, or user:group, by name or number, in /etc/passwd and /etc/group. -1 if the user
// or the group does not exist.
int identity_find(struct identity *identity, const char *user);

// Drops the rights for building roots, for this process and its children. -1 and errno on failure.
int identity_drop_init_rights(const struct identity *identity);

// Becomes that user, without any capability. For a child that shares init's memory: makes system calls only.
int identity_take(const struct identity *identity);
