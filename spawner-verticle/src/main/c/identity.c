#define _GNU_SOURCE
#include "identity.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// What init needs to start and signal a command of another user.
#define STARTING_RIGHTS (1u << CAP_KILL | 1u << CAP_SETUID | 1u << CAP_SETGID)

// -1 unless the text is a number.
static long number(const char *text) {
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    return *text && *end == 0 && errno == 0 && value >= 0 && value <= INT_MAX ? value : -1;
}

// Sets user, group and home by the entry with this name or number, and returns its name; "" if there is none.
static const char *find_user(struct identity *identity, const char *wanted) {
    static char name[256];
    FILE *file = fopen("/etc/passwd", "re");
    name[0] = 0;
    for (struct passwd *entry; file && !name[0] && (entry = fgetpwent(file));) {
        if (strcmp(entry->pw_name, wanted) != 0 && (long)entry->pw_uid != number(wanted)) continue;
        identity->user = entry->pw_uid;
        identity->group = entry->pw_gid;
        snprintf(identity->home, sizeof identity->home, "%s", entry->pw_dir);
        snprintf(name, sizeof name, "%s", entry->pw_name);
    }
    if (file) fclose(file);
    return name;
}

static void add_group(struct identity *identity, gid_t group) {
    if (identity->count < MAX_GROUPS) identity->groups[identity->count++] = group;
}

static void add_groups_of(struct identity *identity, const char *user) {
    FILE *file = fopen("/etc/group", "re");
    for (struct group *entry; file && (entry = fgetgrent(file));) {
        for (char **member = entry->gr_mem; *member; member++) {
            if (strcmp(*member, user) == 0) add_group(identity, entry->gr_gid);
        }
    }
    if (file) fclose(file);
}

static long find_group(const char *wanted) {
    FILE *file = fopen("/etc/group", "re");
    long found = -1;
    for (struct group *entry; file && found < 0 && (entry = fgetgrent(file));) {
        if (strcmp(entry->gr_name, wanted) == 0) found = entry->gr_gid;
    }
    if (file) fclose(file);
    return found < 0 ? number(wanted) : found;
}

int identity_find(struct identity *identity, const char *user) {
    char wanted[256];
    snprintf(wanted, sizeof wanted, "%s", *user ? user : "0");
    char *group = strchr(wanted, ':');
    if (group) *group++ = 0;
    strcpy(identity->home, "/");
    const char *name = find_user(identity, wanted);
    if (!*name) {
        if (number(wanted) < 0) return -1;
        identity->user = number(wanted);
    }
    long other = group && *group ? find_group(group) : identity->group;
    if (other < 0) return -1;
    identity->group = other;
    add_group(identity, identity->group);
    if (*name && !(group && *group)) add_groups_of(identity, name);
    return 0;
}

static int set_capabilities(unsigned rights) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {{.effective = rights, .permitted = rights}};
    return syscall(SYS_capset, &header, data);
}

// Sets the AppArmor profile for this process's next exec.
static int set_profile_of_exec(const char *profile) {
    static const char *const files[] = {"/proc/self/attr/apparmor/exec", "/proc/self/attr/exec"};
    char text[256];
    int length = 0, fd = -1;
    for (const char *word = "exec "; *word; word++) text[length++] = *word;
    for (; *profile && length < (int)sizeof text; profile++) text[length++] = *profile;
    for (int i = 0; i < 2 && fd < 0; i++) fd = open(files[i], O_WRONLY | O_CLOEXEC);
    if (fd < 0) return -1;
    ssize_t written = write(fd, text, length);
    close(fd);
    return written == length ? 0 : -1;
}

int identity_drop_init_rights(const struct identity *identity) {
    if (identity->profile && set_profile_of_exec(identity->profile)) return -1;
    for (int right = 0; prctl(PR_CAPBSET_READ, right) >= 0; right++) {
        if (prctl(PR_CAPBSET_DROP, right)) return -1;
    }
    return set_capabilities(STARTING_RIGHTS);
}

int identity_take(const struct identity *identity) {
    if (identity->profile && set_profile_of_exec(identity->profile)) return -1;
    if (syscall(SYS_setgroups, identity->count, identity->groups)) return -1;
    if (syscall(SYS_setresgid, identity->group, identity->group, identity->group)) return -1;
    if (syscall(SYS_setresuid, identity->user, identity->user, identity->user)) return -1;
    return set_capabilities(0);
}
