// Attempts to leave the sandbox, and traces for its next run.
//
// usage: probe escape list | try | look | kinds | leave KIND | find KIND | both KIND
//
// try prints one line for each attempt: "name: DONE" or "name: refused (ERRNO)". find prints what it sees of a trace; nothing
// if there is none. The root file system needs /bin/x, /bin/suid (this program, owned by root, mode 4755), /etc/x, and a user
// in group 77.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/genetlink.h>
#include <linux/in6.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/tcp_metrics.h>
#include <linux/vm_sockets.h>
#include <mqueue.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#define INIT 1
#define TRY_SECONDS 10
#define COUNT(array) (sizeof(array) / sizeof *(array))

int escape(const char *argument);

static long refuse(int error) {
    errno = error;
    return -1;
}

// --- system calls, in each form that the kernel takes ------------------------------------------------------------------
//
// Their arguments would change nothing that lasts if the kernel took them. All data is static: 32-bit calls cannot reach
// the stack.

static char here[] = "/", proc[] = "/proc", scratch[] = "/tmp", type_proc[] = "proc", type_tmpfs[] = "tmpfs", none[] = "none",
            name[] = "escaped", empty[] = "";
static struct timeval now;
static struct timespec now_ns;
static struct timex tick = {.modes = ADJ_TICK, .tick = 10000};
static char space[4096];
static struct {
    unsigned handle_bytes;
    int handle_type;
    unsigned long inode[2];
} root_handle = {8, 1, {2, 0}};
static struct rlimit no_limit = {RLIM_INFINITY, RLIM_INFINITY};
static struct {
    unsigned long flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, cgroup;
} new_user = {.flags = CLONE_NEWUSER, .exit_signal = SIGCHLD};
static unsigned perf_attributes[32] = {1, sizeof perf_attributes};

#define P(pointer) (long)(pointer)

static const struct call {
    const char *name;
    int native, of_32_bit; // -1: there is no such call
    long arguments[6];
} calls[] = {
    {"getpid (control)", SYS_getpid, 20, {0}},
    {"mount proc", SYS_mount, 21, {P(none), P(scratch), P(type_proc), 0, 0}},
    {"mount tmpfs", SYS_mount, 21, {P(none), P(scratch), P(type_tmpfs), 0, 0}},
    {"mount bind", SYS_mount, 21, {P(here), P(scratch), 0, MS_BIND, 0}},
    {"mount remount", SYS_mount, 21, {0, P(proc), 0, MS_REMOUNT | MS_BIND, 0}},
    {"mount shared", SYS_mount, 21, {0, P(here), 0, MS_SHARED, 0}},
    {"umount2", SYS_umount2, 52, {P(proc), MNT_DETACH}},
    {"umount", -1, 22, {P(proc)}},
    {"pivot_root", SYS_pivot_root, 217, {P(scratch), P(scratch)}},
    {"chroot", SYS_chroot, 61, {P(scratch)}},
    {"unshare mounts", SYS_unshare, 310, {CLONE_NEWNS}},
    {"unshare hostname", SYS_unshare, 310, {CLONE_NEWUTS}},
    {"unshare ipc", SYS_unshare, 310, {CLONE_NEWIPC}},
    {"unshare processes", SYS_unshare, 310, {CLONE_NEWPID}},
    {"unshare network", SYS_unshare, 310, {CLONE_NEWNET}},
    {"unshare users", SYS_unshare, 310, {CLONE_NEWUSER}},
    {"unshare cgroups", SYS_unshare, 310, {CLONE_NEWCGROUP}},
    {"unshare time", SYS_unshare, 310, {0x80}},
    {"setns", SYS_setns, 346, {0, 0}},
    {"clone with mounts", SYS_clone, 120, {CLONE_NEWNS | SIGCHLD}},
    {"clone with users", SYS_clone, 120, {CLONE_NEWUSER | SIGCHLD}},
    {"clone with processes", SYS_clone, 120, {CLONE_NEWPID | SIGCHLD}},
    {"clone with network", SYS_clone, 120, {CLONE_NEWNET | SIGCHLD}},
    {"clone with cgroups", SYS_clone, 120, {CLONE_NEWCGROUP | SIGCHLD}},
    {"clone of a process (control)", SYS_clone, 120, {SIGCHLD}},
    {"clone3 with users", SYS_clone3, 435, {P(&new_user), sizeof new_user}},
    {"fsopen", SYS_fsopen, 430, {P(type_tmpfs), 0}},
    {"fsconfig", SYS_fsconfig, 431, {0, 6, 0, 0, 0}},
    {"fsmount", SYS_fsmount, 432, {0, 0, 0}},
    {"fspick", SYS_fspick, 433, {AT_FDCWD, P(here), 0}},
    {"open_tree", SYS_open_tree, 428, {AT_FDCWD, P(here), 1}},
    {"open_tree without a clone", SYS_open_tree, 428, {AT_FDCWD, P(here), 0}},
    {"open_tree_attr", 467, 467, {AT_FDCWD, P(here), 1, 0, 0}},
    {"move_mount", SYS_move_mount, 429, {AT_FDCWD, P(scratch), AT_FDCWD, P(here), 0}},
    {"mount_setattr", SYS_mount_setattr, 442, {AT_FDCWD, P(here), 0, P(space), 32}},
    {"statmount", 457, 457, {P(space), P(space), 32, 0}},
    {"listmount", 458, 458, {P(space), P(space), 32, 0}},
    {"bpf", SYS_bpf, 357, {BPF_MAP_CREATE, P(space), 64}},
    {"perf_event_open", SYS_perf_event_open, 336, {P(perf_attributes), 0, -1, -1, 0}},
    {"fanotify_init", SYS_fanotify_init, 338, {0, 0}},
    {"quotactl", SYS_quotactl, 131, {0x80000100, P(here), 0, P(space)}},
    {"quotactl_fd", 443, 443, {0, 0x80000100, 0, P(space)}},
#ifdef SYS_lookup_dcookie
    {"lookup_dcookie", SYS_lookup_dcookie, 253, {0, P(space), 100}},
#endif
    {"sethostname", SYS_sethostname, 74, {P(name), 7}},
    {"setdomainname", SYS_setdomainname, 121, {P(name), 7}},
    {"syslog", SYS_syslog, 103, {3, P(space), 100}},
    {"open_by_handle_at", SYS_open_by_handle_at, 342, {0, P(&root_handle), O_RDONLY}},
    {"ptrace of a process that does not exist", SYS_ptrace, 26, {PTRACE_SEIZE, 4000000, 0, 0}},
    {"keyctl", SYS_keyctl, 288, {0, -3, 1}},
    {"add_key", SYS_add_key, 286, {P(type_proc), P(name), P(space), 1, -4}},
    {"request_key", SYS_request_key, 287, {P(type_proc), P(name), 0, 0}},
    {"init_module", SYS_init_module, 128, {P(space), 10, P(empty)}},
    {"finit_module", SYS_finit_module, 350, {0, P(empty), 0}},
    {"delete_module", SYS_delete_module, 129, {P(name), 0}},
    {"kexec_load", SYS_kexec_load, 283, {0, 0, 0, 0}},
    {"reboot", SYS_reboot, 88, {0xfee1dead, 672274793, 0, 0}},
    {"swapon", SYS_swapon, 87, {P(name), 0}},
    {"swapoff", SYS_swapoff, 115, {P(name)}},
    {"settimeofday", SYS_settimeofday, 79, {P(&now), 0}},
    {"clock_settime", SYS_clock_settime, 404, {CLOCK_REALTIME, P(&now_ns)}},
    {"adjtimex", SYS_adjtimex, 124, {P(&tick)}},
    {"clock_adjtime", SYS_clock_adjtime, 405, {CLOCK_REALTIME, P(&tick)}},
    {"acct", SYS_acct, 51, {0}},
    {"userfaultfd", SYS_userfaultfd, 374, {1}},
    {"io_uring_setup", SYS_io_uring_setup, 425, {1, P(space)}},
    {"personality of another architecture", SYS_personality, 136, {0x0020000 | 0x4}},
    {"vhangup", SYS_vhangup, 111, {0}},
    {"mbind", SYS_mbind, 274, {0, 0, 0, 0, 0, 0}},
    {"move_pages", SYS_move_pages, 317, {0, 0, 0, 0, 0, 0}},
    {"name_to_handle_at", SYS_name_to_handle_at, 341, {AT_FDCWD, P(here), P(space), P(space), 0}},
    {"memfd_secret", 447, 447, {0}},
    {"setuid 0", SYS_setuid, 213, {0}},
    {"setgid 0", SYS_setgid, 214, {0}},
    {"setuid 4711", SYS_setuid, 213, {4711}},
    {"setgroups", SYS_setgroups, 206, {0, P(space)}},
    {"nice", SYS_setpriority, 97, {PRIO_PROCESS, 0, -5}},
    {"mlockall", SYS_mlockall, 152, {MCL_FUTURE}},
#ifdef __x86_64__
    {"iopl", SYS_iopl, 110, {3}},
    {"ioperm", SYS_ioperm, 101, {0x80, 1, 1}},
    {"modify_ldt", SYS_modify_ldt, 123, {0, P(space), 16}},
    {"kexec_file_load", SYS_kexec_file_load, -1, {-1, -1, 0, 0, 0}},
    {"_sysctl", 156, 149, {P(space)}},
    {"nfsservctl", 180, 169, {0, 0, 0}},
    {"uselib", SYS_uselib, 86, {P(here)}},
    {"ustat", SYS_ustat, 62, {0, P(space)}},
    {"sysfs", SYS_sysfs, 135, {3}},
#endif
};

enum form { NATIVE, OF_32_BIT, X32 };
static const char *const forms[] = {"", " by a 32-bit call", " by an x32 call"};

static int exists(const struct call *call, enum form form) {
#ifdef __x86_64__
    return form == OF_32_BIT ? call->of_32_bit >= 0 : call->native >= 0;
#else
    return form == NATIVE && call->native >= 0;
#endif
}

static long perform(const struct call *call, enum form form) {
    const long *a = call->arguments;
#ifdef __x86_64__
    if (form == OF_32_BIT) {
        long result = call->of_32_bit;
        __asm__ volatile("int $0x80"
                         : "+a"(result)
                         : "b"(a[0]), "c"(a[1]), "d"(a[2]), "S"(a[3]), "D"(a[4])
                         : "memory", "r8", "r9", "r10", "r11");
        return (int)result < 0 && (int)result > -4096 ? refuse(-(int)result) : result;
    }
    long number = form == X32 ? 0x40000000 + call->native : call->native;
#else
    (void)form;
    long number = call->native;
#endif
    return syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

// --- files -------------------------------------------------------------------------------------------------------------

// Opens only: what is written to some of them would end the machine.
static const char *const written[] = {
    "/proc/sysrq-trigger", "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/proc/sys/kernel/ctrl-alt-del",
    "/proc/sys/kernel/hostname", "/proc/sys/kernel/domainname", "/proc/sys/kernel/shmmax", "/proc/sys/kernel/msgmax",
    "/proc/sys/kernel/ns_last_pid", "/proc/sys/kernel/randomize_va_space", "/proc/sys/kernel/yama/ptrace_scope",
    "/proc/sys/kernel/keys/maxkeys", "/proc/sys/fs/binfmt_misc/register", "/proc/sys/fs/mqueue/msg_max",
    "/proc/sys/fs/file-max", "/proc/sys/vm/drop_caches", "/proc/sys/vm/overcommit_memory", "/proc/sys/vm/panic_on_oom",
    "/proc/sys/net/ipv4/ip_default_ttl", "/proc/sys/net/ipv4/ping_group_range", "/proc/sys/user/max_user_namespaces",
    "/proc/irq/default_smp_affinity", "/proc/irq/1/smp_affinity", "/proc/bus/pci/00/00.0", "/proc/fs/ext4", "/proc/mtrr",
    "/proc/acpi", "/proc/scsi/scsi", "/proc/kcore", "/proc/timer_list", "/proc/latency_stats", "/proc/keys",
    "/proc/interrupts", "/proc/slabinfo", "/proc/self/uid_map", "/proc/self/gid_map", "/proc/self/setgroups",
    "/proc/self/attr/current", "/proc/self/timens_offsets", "/proc/self/oom_score_adj", "/proc/self/loginuid",
    "/proc/pressure/cpu", "/sys/kernel/uevent_helper", "/sys/kernel/mm/ksm/run", "/sys/kernel/mm/transparent_hugepage/enabled",
    "/sys/kernel/profiling", "/sys/kernel/kexec_crash_size", "/sys/kernel/security/apparmor/.load", "/sys/power/state",
    "/sys/block/vda/queue/scheduler", "/sys/class/net/lo/mtu", "/sys/module/printk/parameters/time", "/sys/bus/pci/rescan",
    "/sys/devices/system/cpu/cpu1/online", "/sys/fs/cgroup/release_agent", "/sys/fs/cgroup/memory/release_agent",
    "/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/cgroup.procs", "/sys/fs/cgroup/pids/pids.max",
    "/sys/fs/cgroup/devices/devices.allow", "/sys/fs/cgroup/cgroup.procs", "/sys/fs/cgroup/memory.max",
    "/sys/fs/cgroup/cgroup.subtree_control", "/dev/mem", "/dev/kmem", "/dev/port", "/dev/kmsg", "/dev/kvm", "/dev/fuse",
    "/dev/vda", "/dev/sda", "/dev/loop-control", "/dev/net/tun", "/dev/vsock", "/dev/vhost-vsock", "/dev/uinput", "/dev/tty",
    "/dev/console", "/dev/cpu/0/msr", "/dev/rtc0", "/dev/watchdog", "/dev/ptmx", "/dev/null", "/dev/random",
    "/etc/x", "/bin/x", "/.faas/init", "/.faas/new", "/dev/stdout", "/dev/stderr", "/proc/self/fd/1", "/proc/self/fd/0",
    "/proc/self/mem", "/proc/self/exe", "/proc/self/clear_refs", "/proc/self/comm",
};

static const char *const reads[] = {
    "/proc/kcore", "/proc/keys", "/proc/key-users", "/proc/timer_list", "/proc/sched_debug", "/proc/kmsg", "/proc/kallsyms",
    "/proc/kpagecount", "/proc/kpageflags", "/proc/vmallocinfo", "/proc/slabinfo", "/proc/latency_stats", "/proc/interrupts",
    "/proc/iomem", "/proc/modules", "/proc/config.gz", "/proc/scsi/scsi", "/proc/asound/cards", "/proc/acpi/wakeup",
    "/proc/sysvipc/shm", "/proc/locks", "/proc/self/pagemap", "/proc/self/stack", "/proc/self/mountinfo",
    "/proc/1/environ", "/proc/1/maps", "/proc/1/auxv", "/proc/1/stack", "/proc/1/root/etc/x", "/proc/1/cwd/etc/x",
    "/proc/1/root/.faas/init", "/proc/1/exe", "/proc/1/ns/mnt", "/proc/1/mountinfo", "/proc/1/fd/0", "/proc/1/fd/3",
    "/proc/1/map_files", "/proc/1/task/1/fd/0", "/sys/firmware/dmi/tables/DMI", "/sys/firmware/acpi/tables/FACP",
    "/sys/devices/virtual/powercap/intel-rapl/enabled", "/sys/kernel/debug/sched/features", "/sys/kernel/tracing/trace",
    "/sys/kernel/security/lsm", "/sys/kernel/notes", "/sys/fs/bpf", "/sys/fs/pstore", "/sys/kernel/vmcoreinfo",
    "/.faas/init", "/dev/mem", "/dev/vda", "/dev/kmsg", "/dev/zero", "/etc/hosts", "/etc/shadow", "/var/run/docker.sock",
    "/run/containerd/containerd.sock",
};

static long open_for_writing(const char *path) {
    return open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

static long read_a_byte(const char *path) {
    char byte;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) return -1;
    ssize_t count = read(fd, &byte, 1);
    return count == 0 ? refuse(ENODATA) : count;
}

// Looks for a file that this user may write, in all of a tree. Processes have a folder of their own with such files.
static long find_writable(const char *folder) {
    DIR *entries = opendir(folder);
    long found = refuse(EROFS);
    for (struct dirent *entry; found < 0 && entries && (entry = readdir(entries));) {
        char path[4096];
        if (entry->d_name[0] == '.' || (strcmp(folder, "/proc") == 0 && strspn(entry->d_name, "0123456789"))) continue;
        if (strcmp(folder, "/proc/pressure") == 0) continue; // asks for a notification only
        if (snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) >= (int)sizeof path) continue;
        if (entry->d_type == DT_DIR) found = find_writable(path);
        struct stat file;
        int fd = entry->d_type == DT_REG ? open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC) : -1;
        if (fd < 0) continue;
        if (fstat(fd, &file) == 0 && S_ISREG(file.st_mode)) { // else /dev/null hides it
            fprintf(stderr, "%s can be written\n", path);
            found = 0;
        }
        close(fd);
    }
    if (entries) closedir(entries);
    return found;
}

static long write_sys(void) {
    return find_writable("/sys");
}

static long write_proc(void) {
    return find_writable("/proc");
}

static long make_device(const char *path, mode_t type, int major_number, int minor_number) {
    unlink(path);
    if (mknod(path, type | 0600, makedev(major_number, minor_number))) return -1;
    long fd = open(path, O_RDONLY | O_NONBLOCK);
    unlink(path);
    return fd;
}

static long make_disk(void) {
    return make_device("/tmp/disk", S_IFBLK, 254, 0);
}

static long make_disk_in_root(void) {
    return make_device("/disk", S_IFBLK, 254, 0);
}

static long make_disk_in_dev(void) {
    return make_device("/dev/disk", S_IFBLK, 8, 0);
}

static long make_memory(void) {
    return make_device("/tmp/memory", S_IFCHR, 1, 1);
}

static long make_whiteout(void) {
    return make_device("/tmp/whiteout", S_IFCHR, 0, 0);
}

static long make_fifo(void) {
    long made = mkfifo("/tmp/made", 0600);
    unlink("/tmp/made");
    return made;
}

// Where the kernel says that the root's files are.
static long write_upper(const char *option) {
    static char line[16384];
    FILE *mounts = fopen("/proc/self/mountinfo", "re");
    long found = refuse(ENOENT);
    while (found < 0 && mounts && fgets(line, sizeof line, mounts)) {
        char *path = strstr(line, option);
        if (!path) continue;
        path += strlen(option);
        path[strcspn(path, ",:\n ")] = 0;
        found = open(path, O_RDONLY | O_DIRECTORY);
    }
    if (found < 0) errno = ENOENT;
    return found;
}

static long open_upper(void) {
    return write_upper("upperdir=");
}

static long open_work(void) {
    return write_upper("workdir=");
}

static long open_lower(void) {
    return write_upper("lowerdir=/var");
}

static long climb(void) {
    struct stat root, above;
    int fd = open("/", O_PATH | O_DIRECTORY);
    for (int i = 0; i < 40 && fd >= 0; i++) fd = openat(fd, "..", O_PATH | O_DIRECTORY);
    if (fd < 0 || fstat(fd, &above) || stat("/", &root)) return -1;
    return root.st_ino == above.st_ino && root.st_dev == above.st_dev ? refuse(EXDEV) : 0;
}

// The classic: a second chroot while the working folder stays outside.
static long climb_by_chroot(void) {
    mkdir("/tmp/cage", 0700);
    if (chroot("/tmp/cage")) return -1;
    for (int i = 0; i < 40; i++) {
        if (chdir("..")) return -1;
    }
    return chroot(".");
}

static long climb_from(int fd) {
    return openat(fd, "..", O_PATH);
}

static long climb_from_stdin(void) {
    return climb_from(0);
}

static long climb_from_stdout(void) {
    return climb_from(1);
}

static long link_init(void) {
    return linkat(AT_FDCWD, "/proc/1/exe", AT_FDCWD, "/tmp/stolen", AT_SYMLINK_FOLLOW);
}

static long chmod_stdin(void) {
    return fchmod(0, 0666);
}

static long chown_x(void) {
    return chown("/bin/x", 4711, 4711);
}

static long change_hosts(void) {
    return open("/etc/hosts", O_WRONLY);
}

static long change_resolver(void) {
    return open("/etc/resolv.conf", O_WRONLY);
}

static long change_name(void) {
    return open("/etc/hostname", O_WRONLY);
}

static long create_in_root(void) {
    return open("/created", O_WRONLY | O_CREAT, 0600);
}

static long create_in_dev(void) {
    return open("/dev/created", O_WRONLY | O_CREAT, 0600);
}

static long create_in_tmp(void) {
    return open("/tmp/created", O_WRONLY | O_CREAT, 0600);
}

static long create_in_shm(void) {
    return open("/dev/shm/created", O_WRONLY | O_CREAT, 0600);
}

static long chmod_null(void) {
    return chmod("/dev/null", 0666);
}

static long chmod_masked(void) {
    return chmod("/proc/kcore", 0666);
}

static long make_cgroup(void) {
    return mkdir("/sys/fs/cgroup/escaped", 0700);
}

static long make_cgroup_of_memory(void) {
    return mkdir("/sys/fs/cgroup/memory/escaped", 0700);
}

// --- rights ------------------------------------------------------------------------------------------------------------

static long take_capabilities(void) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct all[2] = {{~0u, ~0u, ~0u}, {0x1ff, 0x1ff, 0x1ff}};
    return syscall(SYS_capset, &header, all);
}

static long have_capabilities(void) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct held[2];
    if (syscall(SYS_capget, &header, held)) return -1;
    unsigned any = 0;
    for (int i = 0; i < 2; i++) any |= held[i].effective | held[i].permitted | held[i].inheritable;
    return any ? 0 : refuse(EPERM);
}

static long have_bounding(void) {
    for (int right = 0; right < 64; right++) {
        if (prctl(PR_CAPBSET_READ, right) > 0) return right;
    }
    return refuse(EPERM);
}

static long raise_ambient(void) {
    return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_ADMIN, 0, 0);
}

static long set_secure_bits(void) {
    return prctl(PR_SET_SECUREBITS, 1 << 4);
}

static long keep_capabilities(void) {
    return prctl(PR_SET_KEEPCAPS, 1);
}

static long clear_no_new_privileges(void) {
    return prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0);
}

static long leave_seccomp(void) {
    return prctl(PR_SET_SECCOMP, 0, NULL);
}

static long have_file_capability(const char *path) {
    struct vfs_cap_data all = {VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE, {{~0u, 0}, {~0u, 0}}};
    close(open(path, O_WRONLY | O_CREAT, 0755));
    return setxattr(path, "security.capability", &all, sizeof all, 0);
}

static long set_file_capability(void) {
    return have_file_capability("/tmp/capable");
}

static long set_file_capability_in_root(void) {
    return have_file_capability("/capable");
}

static long set_trusted_attribute(void) {
    close(open("/tmp/trusted", O_WRONLY | O_CREAT, 0600));
    return setxattr("/tmp/trusted", "trusted.overlay.opaque", "y", 1, 0);
}

// Ends with 0 if it got more rights than its caller had, who told its user.
static int gained(uid_t before) {
    return geteuid() == before && have_capabilities() < 0 ? EPERM : 0;
}

static long run_setuid(void) {
    char argument[64];
    snprintf(argument, sizeof argument, "gained %d", getuid());
    pid_t child = fork();
    if (child == 0) {
        execl("/bin/suid", "suid", "escape", argument, NULL);
        _exit(errno);
    }
    int status;
    waitpid(child, &status, 0);
    if (getuid() == 0) return refuse(EPERM); // nothing to gain
    return WEXITSTATUS(status) ? refuse(WEXITSTATUS(status)) : 0;
}

// --- process 1 ---------------------------------------------------------------------------------------------------------

static long look_into_init(int request) {
    struct iovec mine = {space, 8}, theirs = {(void *)0x400000, 8};
    return request ? ptrace(request, INIT, 0, 0) : process_vm_readv(INIT, &mine, 1, &theirs, 1, 0);
}

static long trace_init(void) {
    return look_into_init(PTRACE_SEIZE);
}

static long read_init(void) {
    return look_into_init(0);
}

static long take_descriptor(void) {
    int pidfd = syscall(SYS_pidfd_open, INIT, 0);
    long taken = -1;
    for (int fd = 0; fd < 64 && taken < 0 && pidfd >= 0; fd++) taken = syscall(SYS_pidfd_getfd, pidfd, fd, 0);
    return taken;
}

static long open_descriptors(void) {
    char path[64];
    long opened = -1;
    for (int fd = 0; fd < 64 && opened < 0; fd++) {
        snprintf(path, sizeof path, "/proc/1/fd/%d", fd);
        opened = open(path, O_RDONLY | O_NONBLOCK);
    }
    return opened < 0 ? refuse(EACCES) : opened;
}

static long enter_init(void) {
    return setns(syscall(SYS_pidfd_open, INIT, 0), CLONE_NEWNS | CLONE_NEWPID);
}

static long limit_init(void) {
    return syscall(SYS_prlimit64, INIT, RLIMIT_NOFILE, NULL, &no_limit);
}

static long ask_init(void) {
    return kill(INIT, 0);
}

static long kill_init(void) {
    return kill(INIT, SIGKILL);
}

static long stop_init(void) {
    return syscall(SYS_tgkill, INIT, INIT, SIGSTOP);
}

static long compare_init(void) {
    return syscall(SYS_kcmp, getpid(), INIT, 0, 1, 1);
}

static long nice_init(void) {
    return setpriority(PRIO_PROCESS, INIT, 1);
}

static long move_init(void) {
    cpu_set_t all;
    return sched_getaffinity(0, sizeof all, &all) || sched_setaffinity(INIT, sizeof all, &all) ? -1 : 0;
}

static long score_init(void) {
    return open("/proc/1/oom_score_adj", O_WRONLY);
}

static long write_init(void) {
    return open("/proc/1/mem", O_RDWR);
}

static long enter_root_of_init(void) {
    return open("/proc/1/root/", O_RDONLY | O_DIRECTORY);
}

// --- the network and terminals -----------------------------------------------------------------------------------------

static long route_request(int type, int flags, void *body, int length) {
    struct {
        struct nlmsghdr header;
        char body[128];
    } request = {.header = {NLMSG_LENGTH(length), type, NLM_F_REQUEST | NLM_F_ACK | flags, 1, 0}};
    struct {
        struct nlmsghdr header;
        struct nlmsgerr error;
        char rest[256];
    } answer;
    memcpy(request.body, body, length);
    int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
    if (fd < 0 || send(fd, &request, request.header.nlmsg_len, 0) < 0 || recv(fd, &answer, sizeof answer, 0) < 0) return -1;
    return answer.error.error ? refuse(-answer.error.error) : 0;
}

static long change_link(void) {
    struct ifinfomsg up = {.ifi_family = AF_UNSPEC, .ifi_index = 1, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
    return route_request(RTM_NEWLINK, 0, &up, sizeof up);
}

static long add_route(void) {
    struct rtmsg route = {.rtm_family = AF_INET, .rtm_table = RT_TABLE_MAIN, .rtm_type = RTN_BLACKHOLE,
                          .rtm_scope = RT_SCOPE_UNIVERSE, .rtm_protocol = RTPROT_BOOT};
    return route_request(RTM_NEWROUTE, NLM_F_CREATE, &route, sizeof route);
}

static long raw_socket(void) {
    return socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
}

static long packet_socket(void) {
    return socket(AF_PACKET, SOCK_RAW, 0);
}

static long vsock_socket(void) {
    struct sockaddr_vm host = {.svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_HOST, .svm_port = 1};
    int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_NONBLOCK, 0);
    return fd < 0 ? -1 : connect(fd, (struct sockaddr *)&host, sizeof host);
}

static long audit_socket(void) {
    return socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT);
}

static long filter_socket(void) {
    return socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);
}

static long crypto_socket(void) {
    return socket(AF_ALG, SOCK_SEQPACKET, 0);
}

static long privileged_port(void) {
    struct sockaddr_in low = {.sin_family = AF_INET, .sin_port = htons(80)};
    return bind(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&low, sizeof low);
}

static long large_buffer(void) {
    int bytes = 1 << 20;
    return setsockopt(socket(AF_INET, SOCK_DGRAM, 0), SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes);
}

static long bind_to_device(void) {
    return setsockopt(socket(AF_INET, SOCK_DGRAM, 0), SOL_SOCKET, SO_MARK, &(int){1}, sizeof(int));
}

static long interface_ioctl(void) {
    struct ifreq request = {.ifr_name = "lo", .ifr_mtu = 65536};
    return ioctl(socket(AF_INET, SOCK_DGRAM, 0), SIOCSIFMTU, &request);
}

static long forged_credentials(void) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends)) return -1;
    struct ucred forged = {INIT, 4711, 4711};
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(struct ucred))];
    } control = {.header = {CMSG_LEN(sizeof forged), SOL_SOCKET, SCM_CREDENTIALS}};
    memcpy(CMSG_DATA(&control.header), &forged, sizeof forged);
    struct iovec data = {space, 1};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    return sendmsg(ends[0], &message, 0);
}

static long terminal(void) {
    return open("/dev/tty", O_RDWR);
}

static int own_terminal(void) {
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0 || grantpt(master) || unlockpt(master)) return -1;
    return open(ptsname(master), O_RDWR | O_NOCTTY);
}

static long type_ahead(void) {
    int fd = own_terminal();
    return fd < 0 ? -1 : ioctl(fd, TIOCSTI, "x");
}

static long take_terminal(void) {
    int fd = own_terminal();
    setsid();
    return fd < 0 ? -1 : ioctl(fd, TIOCSCTTY, 1);
}

static long take_console(void) {
    int fd = own_terminal();
    return fd < 0 ? -1 : ioctl(fd, TIOCCONS);
}

static long raise_limit(void) {
    return setrlimit(RLIMIT_CORE, &no_limit);
}

static long real_time(void) {
    return sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){1});
}

static long huge_pages(void) {
    return shmget(IPC_PRIVATE, 2 << 20, IPC_CREAT | SHM_HUGETLB | 0600);
}

static long tracing_child(void) {
    pid_t child = fork();
    if (child == 0) {
        pause();
        _exit(0);
    }
    long seized = ptrace(PTRACE_SEIZE, child, 0, 0);
    int error = errno;
    kill(child, SIGKILL);
    return seized < 0 ? refuse(error) : seized;
}

static long immutable(void) {
    int flags = 0x10, fd = open("/tmp/created", O_RDONLY | O_CREAT, 0600);
    return fd < 0 ? -1 : ioctl(fd, _IOW('f', 2, long), &flags);
}

static long freeze(void) {
    return ioctl(open("/", O_RDONLY), _IOWR('X', 119, int), 0);
}

static const struct attempt {
    const char *name;
    long (*act)(void);
} attempts[] = {
    {"write any file in /sys", write_sys},
    {"write any file in /proc", write_proc},
    {"make a disk in /tmp", make_disk},
    {"make a disk in /", make_disk_in_root},
    {"make a disk in /dev", make_disk_in_dev},
    {"make /dev/mem", make_memory},
    {"make a whiteout", make_whiteout},
    {"make a fifo (control)", make_fifo},
    {"open the upper folder", open_upper},
    {"open the work folder", open_work},
    {"open the lower folder", open_lower},
    {"climb above /", climb},
    {"climb by chroot", climb_by_chroot},
    {"climb from stdin", climb_from_stdin},
    {"climb from stdout", climb_from_stdout},
    {"link the program of process 1", link_init},
    {"chmod stdin", chmod_stdin},
    {"chown a file to another user", chown_x},
    {"write /etc/hosts", change_hosts},
    {"write /etc/resolv.conf", change_resolver},
    {"write /etc/hostname", change_name},
    {"create in /", create_in_root},
    {"create in /dev", create_in_dev},
    {"create in /tmp (control)", create_in_tmp},
    {"create in /dev/shm (control)", create_in_shm},
    {"chmod /dev/null", chmod_null},
    {"chmod /proc/kcore", chmod_masked},
    {"make a cgroup", make_cgroup},
    {"make a cgroup of memory", make_cgroup_of_memory},
    {"take capabilities", take_capabilities},
    {"have capabilities", have_capabilities},
    {"have a bounding set", have_bounding},
    {"raise an ambient capability", raise_ambient},
    {"set secure bits", set_secure_bits},
    {"keep capabilities", keep_capabilities},
    {"clear no_new_privs", clear_no_new_privileges},
    {"leave seccomp", leave_seccomp},
    {"set a file capability in /tmp", set_file_capability},
    {"set a file capability in /", set_file_capability_in_root},
    {"set a trusted attribute", set_trusted_attribute},
    {"run a setuid program", run_setuid},
    {"process 1: trace", trace_init},
    {"process 1: read memory", read_init},
    {"process 1: open memory", write_init},
    {"process 1: take a descriptor", take_descriptor},
    {"process 1: open a descriptor", open_descriptors},
    {"process 1: enter namespaces", enter_init},
    {"process 1: open the root", enter_root_of_init},
    {"process 1: read limits", limit_init},
    {"process 1: signal 0", ask_init},
    {"process 1: SIGKILL", kill_init},
    {"process 1: SIGSTOP", stop_init},
    {"process 1: compare", compare_init},
    {"process 1: nice", nice_init},
    {"process 1: affinity", move_init},
    {"process 1: OOM score", score_init},
    {"change lo", change_link},
    {"add a route", add_route},
    {"change lo by ioctl", interface_ioctl},
    {"raw socket", raw_socket},
    {"packet socket", packet_socket},
    {"vsock", vsock_socket},
    {"audit socket", audit_socket},
    {"netfilter socket", filter_socket},
    {"crypto socket", crypto_socket},
    {"port 80", privileged_port},
    {"large socket buffer", large_buffer},
    {"socket mark", bind_to_device},
    {"forged credentials", forged_credentials},
    {"terminal of the session", terminal},
    {"type into a terminal", type_ahead},
    {"take a terminal", take_terminal},
    {"take the console", take_console},
    {"raise a limit", raise_limit},
    {"real-time scheduling", real_time},
    {"huge pages", huge_pages},
    {"trace a child (control)", tracing_child},
    {"make a file immutable", immutable},
    {"freeze the root", freeze},
};

// --- trying ------------------------------------------------------------------------------------------------------------

static const struct {
    const char *prefix, *const *paths;
    size_t count;
    long (*act)(const char *path);
} by_path[] = {
    {"open to write ", written, COUNT(written), open_for_writing},
    {"read ", reads, COUNT(reads), read_a_byte},
};

// What one attempt is: a call in a form, a path, or a function.
struct one {
    const struct call *call;
    enum form form;
    long (*of_path)(const char *path);
    const char *path;
    long (*function)(void);
};

static long act(const struct one *one) {
    return one->call ? perform(one->call, one->form) : one->of_path ? one->of_path(one->path) : one->function();
}

static void try_one(const char *what, const struct one *one, int list_only) {
    int status;
    pid_t child = list_only ? 0 : fork();
    if (list_only) {
        puts(what);
        return;
    }
    if (child == 0) {
        alarm(TRY_SECONDS);
        _exit(act(one) < 0 ? errno : 0);
    }
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
    const char *error = strerrorname_np(WEXITSTATUS(status));
    if (WIFSIGNALED(status)) printf("%s: killed by SIG%s\n", what, sigabbrev_np(WTERMSIG(status)));
    else if (WEXITSTATUS(status) == 0) printf("%s: DONE\n", what);
    else printf("%s: refused (%s)\n", what, error ? error : "?");
    fflush(stdout);
}

static int try_all(int list_only) {
    char what[256];
    gettimeofday(&now, NULL);
    clock_gettime(CLOCK_REALTIME, &now_ns);
    for (size_t i = 0; i < COUNT(calls); i++) {
        for (enum form form = NATIVE; form <= X32; form++) {
            if (!exists(&calls[i], form)) continue;
            snprintf(what, sizeof what, "%s%s", calls[i].name, forms[form]);
            try_one(what, &(struct one){.call = &calls[i], .form = form}, list_only);
        }
    }
    for (size_t i = 0; i < COUNT(by_path); i++) {
        for (size_t n = 0; n < by_path[i].count; n++) {
            snprintf(what, sizeof what, "%s%s", by_path[i].prefix, by_path[i].paths[n]);
            try_one(what, &(struct one){.of_path = by_path[i].act, .path = by_path[i].paths[n]}, list_only);
        }
    }
    for (size_t i = 0; i < COUNT(attempts); i++) {
        try_one(attempts[i].name, &(struct one){.function = attempts[i].act}, list_only);
    }
    return 0;
}

// --- looking around ----------------------------------------------------------------------------------------------------

static void show_status(void) {
    static const char *const shown[] = {"Uid:", "Gid:", "Groups:", "Cap", "NoNewPrivs:", "Seccomp:", "Speculation"};
    char line[512];
    FILE *status = fopen("/proc/self/status", "re");
    while (status && fgets(line, sizeof line, status)) {
        for (size_t i = 0; i < COUNT(shown); i++) {
            if (strncmp(line, shown[i], strlen(shown[i])) == 0) fputs(line, stdout);
        }
    }
    if (status) fclose(status);
}

static void show_mounts(void) {
    static char line[16384], path[4096], flags[256], type[64];
    FILE *mounts = fopen("/proc/self/mountinfo", "re");
    while (mounts && fgets(line, sizeof line, mounts)) {
        char *tail = strstr(line, " - ");
        if (!tail || sscanf(line, "%*s %*s %*s %*s %4095s %255s", path, flags) != 2) continue;
        if (sscanf(tail, " - %63s", type) == 1) printf("mount %s %s %s\n", path, type, flags);
    }
    if (mounts) fclose(mounts);
}

static void show_nodes(const char *path) {
    struct dirent **entries;
    int count = scandir(path, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        char entry[512], target[256] = "";
        struct stat found;
        snprintf(entry, sizeof entry, "%s/%s", path[1] ? path : "", entries[i]->d_name);
        if (strcmp(entries[i]->d_name, "..") == 0 || lstat(entry, &found)) continue;
        if (S_ISLNK(found.st_mode) && readlink(entry, target, sizeof target - 1) < 0) perror(entry);
        printf("node %s %o %d %d %x %s\n", entry, found.st_mode, found.st_uid, found.st_gid, (unsigned)found.st_rdev, target);
    }
}

static void show_line(const char *path) {
    char text[4096] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && read(fd, text, sizeof text - 1) < 0) strcpy(text, strerrorname_np(errno));
    printf("%s %s\n", path, fd < 0 ? strerrorname_np(errno) : text);
    if (fd >= 0) close(fd);
}

static int look(void) {
    static const char *const folders[] = {"/", "/dev", "/dev/shm", "/dev/pts", "/dev/mqueue", "/tmp", "/sys/class/net",
                                          "/sys/firmware", "/sys/kernel/security", "/proc/acpi", "/proc/scsi", "/etc"};
    static const char *const lines[] = {"/proc/self/uid_map", "/proc/self/gid_map", "/proc/self/setgroups",
                                        "/proc/self/attr/current", "/proc/self/oom_score_adj", "/proc/self/limits",
                                        "/proc/self/loginuid", "/proc/sys/kernel/hostname", "/proc/sys/kernel/domainname",
                                        "/proc/sys/kernel/shmmax", "/proc/sys/kernel/msgmni", "/proc/sys/kernel/sem",
                                        "/proc/sys/fs/mqueue/queues_max", "/proc/sys/net/ipv4/ip_unprivileged_port_start",
                                        "/proc/sys/net/ipv4/ping_group_range", "/proc/net/route"};
    static const char *const limited[] = {"/tmp", "/dev/shm"};
    show_status();
    show_mounts();
    for (size_t i = 0; i < COUNT(folders); i++) show_nodes(folders[i]);
    for (size_t i = 0; i < COUNT(lines); i++) show_line(lines[i]);
    for (size_t i = 0; i < COUNT(limited); i++) {
        struct statvfs found = {0};
        statvfs(limited[i], &found);
        printf("space %s %lu %lu\n", limited[i], found.f_blocks * found.f_frsize, found.f_files);
    }
    return 0;
}

// --- traces ------------------------------------------------------------------------------------------------------------

static void show_if(int seen, const char *what) {
    if (seen) puts(what);
}

static void show_file(const char *path) {
    struct stat found;
    show_if(lstat(path, &found) == 0, path);
}

static void show_mode(const char *path, mode_t usual) {
    struct stat found;
    if (stat(path, &found) == 0 && (found.st_mode & 07777) != usual) printf("%s has mode %o\n", path, found.st_mode & 07777);
}

static void show_list(const char *path) {
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        if (entry->d_name[0] != '.') printf("%s/%s\n", path, entry->d_name);
    }
    if (folder) closedir(folder);
}

static void put(const char *path, int flags, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC | flags, 0644);
    if (fd < 0) return;
    if (write(fd, text, strlen(text)) < 0) perror(path);
    close(fd);
}

static void show_text(const char *path, const char *text) {
    static char content[65536];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t count = fd < 0 ? 0 : read(fd, content, sizeof content - 1);
    content[count < 0 ? 0 : count] = 0;
    if (fd >= 0) close(fd);
    if (strstr(content, text)) printf("%s contains %s\n", path, text);
}

// A process that stays after its parents have ended; it has done its work when this returns.
static int stay(void) {
    int ends[2];
    char byte;
    if (pipe(ends)) return 0;
    if (fork() > 0) {
        close(ends[1]);
        if (read(ends[0], &byte, 1) < 0) perror("daemon");
        wait(NULL);
        return 0;
    }
    close(ends[0]);
    setsid();
    if (fork() > 0) _exit(0);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    return ends[1];
}

static void stay_forever(int done) {
    close(done);
    for (;;) pause();
}

static const char *const places[] = {"/left", "/dev/left", "/dev/shm/left", "/tmp/left", "/etc/left", "/bin/left",
                                     "/sys/left", "/proc/sys/left", "/dev/mqueue/left", "/.faas/left", "/dev/pts/left"};

static void leave_files(void) {
    for (size_t i = 0; i < COUNT(places); i++) put(places[i], O_CREAT, "left");
}

static void find_files(void) {
    for (size_t i = 0; i < COUNT(places); i++) show_file(places[i]);
}

static const char *const of_docker[] = {"/etc/hosts", "/etc/resolv.conf", "/etc/hostname"};

static void leave_text_in_etc(void) {
    for (size_t i = 0; i < COUNT(of_docker); i++) {
        put(of_docker[i], O_APPEND, "# left\n");
        chmod(of_docker[i], 0600);
    }
}

static void find_text_in_etc(void) {
    for (size_t i = 0; i < COUNT(of_docker); i++) {
        show_text(of_docker[i], "# left");
        show_mode(of_docker[i], 0644);
    }
}

static void leave_kernel_setting(void) {
    put("/proc/sys/net/ipv4/ip_default_ttl", 0, "65");
    put("/proc/sys/kernel/msgmni", 0, "65");
}

static void find_kernel_setting(void) {
    show_text("/proc/sys/net/ipv4/ip_default_ttl", "65");
    show_text("/proc/sys/kernel/msgmni", "65");
}

static const char *const cgroups[] = {"/sys/fs/cgroup/left", "/sys/fs/cgroup/memory/left", "/sys/fs/cgroup/pids/left"};

static void leave_cgroup(void) {
    for (size_t i = 0; i < COUNT(cgroups); i++) mkdir(cgroups[i], 0700);
}

static void find_cgroup(void) {
    for (size_t i = 0; i < COUNT(cgroups); i++) show_file(cgroups[i]);
}

static const char *const devices[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty"};

static void leave_mode_of_devices(void) {
    for (size_t i = 0; i < COUNT(devices); i++) chmod(devices[i], 0640);
}

static void find_mode_of_devices(void) {
    for (size_t i = 0; i < COUNT(devices); i++) show_mode(devices[i], 0666);
}

static const char *const masked[] = {"/proc/keys", "/proc/kcore", "/proc/timer_list", "/proc/latency_stats"};

static void leave_mode_of_masks(void) {
    for (size_t i = 0; i < COUNT(masked); i++) chmod(masked[i], 0600);
}

// Where nothing hides the file, it has its own mode.
static void find_mode_of_masks(void) {
    for (size_t i = 0; i < COUNT(masked); i++) {
        struct stat found;
        if (stat(masked[i], &found) == 0 && S_ISCHR(found.st_mode)) show_mode(masked[i], 0666);
    }
}

static void leave_mode_of_stdin(void) {
    fchmod(0, 0640);
}

static void find_mode_of_stdin(void) {
    show_mode("/proc/self/fd/0", 0666);
    show_mode("/dev/null", 0666);
}

static void leave_times_of_stdin(void) {
    futimens(0, (struct timespec[]){{4711, 0}, {4711, 0}});
}

static void find_times_of_stdin(void) {
    struct stat found;
    show_if(fstat(0, &found) == 0 && (found.st_mtime == 4711 || found.st_atime == 4711), "times of stdin");
    show_if(stat("/dev/null", &found) == 0 && (found.st_mtime == 4711 || found.st_atime == 4711), "times of /dev/null");
}

static void leave_mode_of_output(void) {
    fchmod(1, 0707);
    fchmod(2, 0707);
}

static void find_mode_of_output(void) {
    show_mode("/proc/self/fd/1", 0600);
    show_mode("/proc/self/fd/2", 0600);
}

// The owner of a file may give it to another group that it is in.
static void leave_group_of_output(void) {
    if (fchown(1, -1, 77) + fchown(2, -1, 77)) return;
}

static void find_group_of_output(void) {
    for (int fd = 1; fd < 3; fd++) {
        struct stat found;
        if (fstat(fd, &found) == 0 && found.st_gid == 77) printf("fd %d belongs to another group\n", fd);
    }
}

static void leave_signal_of_descriptors(void) {
    for (int fd = 0; fd < 3; fd++) {
        fcntl(fd, F_SETOWN, getpid());
        fcntl(fd, F_SETSIG, 40 + fd);
    }
}

static void find_signal_of_descriptors(void) {
    for (int fd = 0; fd < 3; fd++) {
        if (fcntl(fd, F_GETSIG) || fcntl(fd, F_GETOWN)) {
            printf("fd %d signal %d owner %d\n", fd, fcntl(fd, F_GETSIG), fcntl(fd, F_GETOWN));
        }
    }
}

static void leave_lock_of_descriptors(void) {
    for (int fd = 0; fd < 3; fd++) flock(fd, LOCK_EX | LOCK_NB);
}

// Another description of the same file has locks of its own.
static void find_lock_of_descriptors(void) {
    for (int fd = 0; fd < 3; fd++) {
        char path[64];
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        int other = open(path, (fd == 0 ? O_RDONLY : O_WRONLY) | O_NONBLOCK);
        if (other >= 0 && flock(other, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK) printf("fd %d is locked\n", fd);
        if (other >= 0) close(other);
    }
}

static void leave_lock_of_ranges(void) {
    for (int fd = 0; fd < 3; fd++) {
        struct flock range = {.l_type = fd == 0 ? F_RDLCK : F_WRLCK, .l_start = 4711, .l_len = 1};
        if (fcntl(fd, F_OFD_SETLK, &range)) range.l_type = F_UNLCK;
    }
}

static void find_lock_of_ranges(void) {
    for (int fd = 0; fd < 3; fd++) {
        char path[64];
        struct flock range = {.l_type = F_WRLCK};
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        int other = open(path, O_RDWR | O_NONBLOCK);
        if (other >= 0 && fcntl(other, F_OFD_GETLK, &range) == 0 && range.l_type != F_UNLCK) {
            printf("fd %d is locked from %ld\n", fd, (long)range.l_start);
        }
        if (other >= 0) close(other);
    }
}

static void leave_hint_of_descriptors(void) {
    for (int fd = 0; fd < 3; fd++) fcntl(fd, F_SET_RW_HINT, &(unsigned long){RWH_WRITE_LIFE_LONG});
}

static void find_hint_of_descriptors(void) {
    for (int fd = 0; fd < 3; fd++) {
        unsigned long hint = 0;
        if (fcntl(fd, F_GET_RW_HINT, &hint) == 0 && hint) printf("fd %d hint %lu\n", fd, hint);
    }
}

static void leave_flags_of_output(void) {
    for (int fd = 0; fd < 3; fd++) fcntl(fd, F_SETFL, O_NONBLOCK | O_APPEND);
    fcntl(1, F_SETPIPE_SZ, 4096);
    fcntl(2, F_SETPIPE_SZ, 1 << 17);
}

static void find_flags_of_output(void) {
    for (int fd = 0; fd < 3; fd++) {
        if (fcntl(fd, F_GETFL) & (O_NONBLOCK | O_APPEND)) printf("fd %d has flags %o\n", fd, fcntl(fd, F_GETFL));
        if (fd > 0 && fcntl(fd, F_GETPIPE_SZ) != 65536) printf("fd %d holds %d\n", fd, fcntl(fd, F_GETPIPE_SZ));
    }
}

static void leave_symlinks(void) {
    if (unlink("/etc/x") == 0 && symlink("/proc/1/root", "/etc/x")) perror("/etc/x");
    if (rename("/bin", "/bin-before") == 0 && symlink("/tmp", "/bin")) perror("/bin");
    if (symlink("/etc", "/tmp/link") + symlink("/", "/dev/shm/link")) perror("/tmp/link");
}

static void find_symlinks(void) {
    static const char *const where[] = {"/etc/x", "/bin", "/tmp/link", "/dev/shm/link"};
    for (size_t i = 0; i < COUNT(where); i++) {
        struct stat found;
        show_if(lstat(where[i], &found) == 0 && S_ISLNK(found.st_mode), where[i]);
    }
}

static void leave_hard_links(void) {
    put("/tmp/first", O_CREAT, "left");
    if (link("/bin/x", "/linked") + link("/tmp/first", "/tmp/second")) return;
}

static void find_hard_links(void) {
    struct stat found;
    show_if(stat("/bin/x", &found) == 0 && found.st_nlink > 1, "a link of /bin/x");
    show_file("/linked");
    show_file("/tmp/second");
}

static void leave_shared_memory(void) {
    int id = shmget(4711, 4096, IPC_CREAT | 0666);
    char *text = id < 0 ? (void *)-1 : shmat(id, NULL, 0);
    if (text != (void *)-1) strcpy(text, "left");
}

static void find_shared_memory(void) {
    show_if(shmget(4711, 4096, 0) >= 0, "shared memory");
}

static void leave_semaphores(void) {
    semget(4711, 1, IPC_CREAT | 0666);
}

static void find_semaphores(void) {
    show_if(semget(4711, 1, 0) >= 0, "semaphores");
}

static void leave_messages(void) {
    struct {
        long type;
        char text[8];
    } message = {1, "left"};
    msgsnd(msgget(4711, IPC_CREAT | 0666), &message, sizeof message.text, IPC_NOWAIT);
}

static void find_messages(void) {
    show_if(msgget(4711, 0) >= 0, "messages");
}

static void leave_queue(void) {
    mq_close(mq_open("/left-queue", O_RDWR | O_CREAT, 0666, NULL));
}

static void find_queue(void) {
    show_list("/dev/mqueue");
    show_if(mq_open("/left-queue", O_RDWR) >= 0, "a message queue");
}

static const struct sockaddr_un abstract = {AF_UNIX, "\0left"};

static void leave_socket(void) {
    int done = stay();
    if (!done) return;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (bind(fd, (const struct sockaddr *)&abstract, sizeof abstract) || listen(fd, 1)) _exit(1);
    stay_forever(done);
}

static void find_socket(void) {
    show_if(connect(socket(AF_UNIX, SOCK_STREAM, 0), (const struct sockaddr *)&abstract, sizeof abstract) == 0, "a socket");
    show_text("/proc/net/unix", "@left");
}

// A socket in its own queue: no process has it open, but the kernel keeps it until it looks for such cycles.
static void leave_socket_in_flight(void) {
    static const struct sockaddr_un in_flight = {AF_UNIX, "\0in-flight"};
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof fd)];
    } control = {.header = {CMSG_LEN(sizeof fd), SOL_SOCKET, SCM_RIGHTS}};
    memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
    struct iovec data = {space, 1};
    struct msghdr message = {.msg_name = (void *)&in_flight, .msg_namelen = sizeof in_flight, .msg_iov = &data,
                             .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    if (bind(fd, (const struct sockaddr *)&in_flight, sizeof in_flight) || sendmsg(fd, &message, 0) < 0) perror("in flight");
}

static void find_socket_in_flight(void) {
    show_text("/proc/net/unix", "@in-flight");
}

static void leave_socket_file(void) {
    struct sockaddr_un path = {AF_UNIX, "/tmp/left-socket"};
    if (bind(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&path, sizeof path)) perror(path.sun_path);
}

static void find_socket_file(void) {
    show_file("/tmp/left-socket");
}

// Both ends close, so that the one that closed first waits for late packets, without a process.
static void leave_connection(void) {
    struct sockaddr_in local = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(4711)};
    int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&local, sizeof local) || listen(listener, 1) ||
        connect(client, (struct sockaddr *)&local, sizeof local)) {
        return;
    }
    int server = accept(listener, NULL, NULL);
    for (int i = 0; i < 20; i++) {
        if (write(client, space, 1000) + read(server, space, 1000) < 0) return;
        if (write(server, space, 1000) + read(client, space, 1000) < 0) return;
    }
    close(server);
    close(client);
}

static void find_connection(void) {
    char line[512];
    FILE *connections = fopen("/proc/net/tcp", "re");
    while (connections && fgets(line, sizeof line, connections)) {
        show_if(strstr(line, ":1267") != NULL, "a connection of port 4711");
    }
    if (connections) fclose(connections);
}

// What the kernel remembers of a route after its connections, to answer faster.
static int ask_metrics(int type, int command, const char *family) {
    struct {
        struct nlmsghdr header;
        struct genlmsghdr generic;
        struct nlattr attribute;
        char family[16];
    } request = {{NLMSG_LENGTH(GENL_HDRLEN), type, NLM_F_REQUEST, 1, 0}, {command, 1, 0}, {0, CTRL_ATTR_FAMILY_NAME}, ""};
    if (family) {
        strcpy(request.family, family);
        request.attribute.nla_len = NLA_HDRLEN + strlen(family) + 1;
        request.header.nlmsg_len += NLA_ALIGN(request.attribute.nla_len);
    } else {
        request.header.nlmsg_flags |= NLM_F_DUMP;
    }
    int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
    if (send(fd, &request, request.header.nlmsg_len, 0) < 0 || recv(fd, space, sizeof space, 0) < 0) perror("netlink");
    close(fd);
    return ((struct nlmsghdr *)space)->nlmsg_type;
}

static void find_metrics(void) {
    if (ask_metrics(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, "tcp_metrics") == NLMSG_ERROR) return;
    struct nlattr *attribute = (struct nlattr *)(space + NLMSG_HDRLEN + GENL_HDRLEN);
    while (attribute->nla_type != CTRL_ATTR_FAMILY_ID) {
        attribute = (struct nlattr *)((char *)attribute + NLA_ALIGN(attribute->nla_len));
    }
    int family = *(uint16_t *)(attribute + 1);
    show_if(ask_metrics(family, TCP_METRICS_CMD_GET, NULL) == family, "metrics of a connection");
}

static void leave_label(void) {
    struct in6_flowlabel_req label = {.flr_label = htonl(0x4711), .flr_action = IPV6_FL_A_GET, .flr_share = IPV6_FL_S_ANY,
                                      .flr_flags = IPV6_FL_F_CREATE, .flr_linger = 60, .flr_expires = 60};
    inet_pton(AF_INET6, "::1", &label.flr_dst);
    setsockopt(socket(AF_INET6, SOCK_DGRAM, 0), IPPROTO_IPV6, IPV6_FLOWLABEL_MGR, &label, sizeof label);
}

static void find_label(void) {
    show_text("/proc/net/ip6_flowlabel", "04711");
}

static void leave_process(void) {
    int done = stay();
    if (!done) return;
    inotify_add_watch(inotify_init(), "/bin", IN_MODIFY);
    flock(open("/bin/x", O_RDONLY), LOCK_EX);
    own_terminal();
    stay_forever(done);
}

static void find_process(void) {
    DIR *processes = opendir("/proc");
    for (struct dirent *entry; processes && (entry = readdir(processes));) {
        int process = atoi(entry->d_name);
        if (process > 1 && process != getpid() && process != getppid()) printf("a process\n");
    }
    show_if(flock(open("/bin/x", O_RDONLY), LOCK_EX | LOCK_NB) != 0, "/bin/x is locked");
    show_file("/dev/pts/0");
}

static void leave_host_name(void) {
    if (sethostname("left", 4)) put("/proc/sys/kernel/hostname", 0, "left");
}

static void find_host_name(void) {
    char host[64] = "";
    gethostname(host, sizeof host);
    show_if(strcmp(host, "left") == 0, host);
}

static void leave_programs_with_rights(void) {
    static const char *const programs[] = {"/left-program", "/tmp/left-program", "/dev/shm/left-program"};
    for (size_t i = 0; i < COUNT(programs); i++) {
        have_file_capability(programs[i]);
        chmod(programs[i], 06755);
    }
}

static void find_programs_with_rights(void) {
    show_file("/left-program");
    show_file("/tmp/left-program");
    show_file("/dev/shm/left-program");
}

static void leave_key(void) {
    syscall(SYS_add_key, "user", "left", "left", 4, -4);
    syscall(SYS_add_key, "user", "left", "left", 4, -5);
}

static void find_key(void) {
    show_if(syscall(SYS_request_key, "user", "left", NULL, 0) >= 0, "a key");
    show_text("/proc/keys", "left");
}

static void leave_limits(void) {
    for (int resource = 0; resource < RLIM_NLIMITS; resource++) {
        if (resource == RLIMIT_CPU || resource == RLIMIT_AS || resource == RLIMIT_STACK) continue;
        struct rlimit limit;
        getrlimit(resource, &limit);
        if (limit.rlim_max > 77) setrlimit(resource, &(struct rlimit){77, 77});
    }
}

static void find_limits(void) {
    for (int resource = 0; resource < RLIM_NLIMITS; resource++) {
        struct rlimit limit;
        getrlimit(resource, &limit);
        if (limit.rlim_max == 77) printf("limit %d\n", resource);
    }
}

static void leave_process_state(void) {
    umask(0);
    setenv("LEFT", "left", 1);
    signal(SIGUSR1, SIG_IGN);
    prctl(PR_SET_TIMERSLACK, 4711);
    nice(3);
    setitimer(ITIMER_REAL, &(struct itimerval){{0, 0}, {1000, 0}}, NULL);
}

static void find_process_state(void) {
    struct sigaction action;
    struct itimerval timer;
    mode_t mask = umask(022);
    if (mask != 022) printf("umask %o\n", mask);
    show_if(getenv("LEFT") != NULL, "a variable");
    show_if(sigaction(SIGUSR1, NULL, &action) == 0 && action.sa_handler == SIG_IGN, "a signal's handler");
    show_if(prctl(PR_GET_TIMERSLACK) == 4711, "timer slack");
    show_if(getpriority(PRIO_PROCESS, 0) == 3, "nice");
    show_if(getitimer(ITIMER_REAL, &timer) == 0 && timer.it_value.tv_sec > 0, "a timer");
}

static void leave_attributes_of_init(void) {
    cpu_set_t first;
    CPU_ZERO(&first);
    CPU_SET(0, &first);
    sched_setaffinity(INIT, sizeof first, &first);
    syscall(SYS_ioprio_set, 1, INIT, 3 << 13);
    put("/proc/1/oom_score_adj", 0, "999");
    put("/proc/1/coredump_filter", 0, "1");
    put("/proc/1/timerslack_ns", 0, "4711");
}

static void find_attributes_of_init(void) {
    cpu_set_t processors;
    show_if(sched_getaffinity(INIT, sizeof processors, &processors) == 0 &&
                CPU_COUNT(&processors) < sysconf(_SC_NPROCESSORS_CONF), "processors of process 1");
    show_if(syscall(SYS_ioprio_get, 1, INIT) == 3 << 13, "I/O priority of process 1");
    show_text("/proc/1/oom_score_adj", "999");
    show_text("/proc/self/oom_score_adj", "999");
    show_text("/proc/self/coredump_filter", "00000001");
    show_if(prctl(PR_GET_TIMERSLACK) == 4711, "timer slack");
}

// The kernel takes few of these changes a second.
static void leave_priority_of_session(void) {
    int fd = open("/proc/self/autogroup", O_WRONLY);
    for (int tries = 0; tries < 50 && write(fd, "5", 1) < 0 && errno == EAGAIN; tries++) usleep(20000);
}

static void find_priority_of_session(void) {
    show_text("/proc/self/autogroup", " nice 5");
}

static void leave_deleted_folder(void) {
    if (chdir("/tmp") || mkdir("gone", 0700) || chdir("gone") || rmdir("/tmp/gone")) perror("/tmp/gone");
    rename("/etc", "/etc-before");
}

static void find_deleted_folder(void) {
    char path[4096];
    show_if(!getcwd(path, sizeof path) || path[0] != '/', "no working folder");
    show_file("/etc-before");
}

static void leave_deep_tree(void) {
    static const char *const roots[] = {"/", "/tmp", "/dev/shm"};
    for (size_t i = 0; i < COUNT(roots); i++) {
        if (chdir(roots[i])) continue;
        for (int depth = 0; depth < 500 && mkdir("deep", 0700) == 0; depth++) {
            if (chdir("deep")) break;
        }
        chmod(".", 0);
    }
}

static void find_deep_tree(void) {
    show_file("/deep");
    show_file("/tmp/deep");
    show_file("/dev/shm/deep");
}

enum { MANY = 6000 }; // more than the inodes of a nested root

static const char *const in_memory[] = {"/", "/dev", "/tmp", "/dev/shm"};

static int is_small(const char *path) {
    struct statvfs found;
    return statvfs(path, &found) == 0 && found.f_blocks * found.f_frsize <= 32 << 20;
}

static void leave_full_folders(void) {
    static char block[65536];
    memset(block, 'x', sizeof block);
    for (size_t i = 0; i < COUNT(in_memory); i++) {
        char path[64];
        snprintf(path, sizeof path, "%s/filled", in_memory[i]);
        int fd = is_small(in_memory[i]) ? open(path, O_WRONLY | O_CREAT, 0600) : -1;
        while (fd >= 0 && write(fd, block, sizeof block) > 0) continue;
    }
}

static void leave_many_files(void) {
    for (size_t i = 0; i < COUNT(in_memory); i++) {
        int fd = is_small(in_memory[i]) ? 0 : -1;
        for (int number = 0; fd >= 0 && number < MANY; number++) {
            char path[64];
            snprintf(path, sizeof path, "%s/many-%d", in_memory[i], number);
            fd = open(path, O_WRONLY | O_CREAT, 0600);
            if (fd >= 0) close(fd);
        }
    }
}

static void find_full_folders(void) {
    for (size_t i = 0; i < COUNT(in_memory); i++) {
        struct statvfs found;
        char path[64];
        snprintf(path, sizeof path, "%s/filled", in_memory[i]);
        show_file(path);
        snprintf(path, sizeof path, "%s/many-1", in_memory[i]);
        show_file(path);
        if (!is_small(in_memory[i]) || statvfs(in_memory[i], &found)) continue;
        if (found.f_bfree < found.f_blocks / 2) printf("%s has no space\n", in_memory[i]);
        if (found.f_ffree < found.f_files / 2) printf("%s has no inodes\n", in_memory[i]);
    }
}

static void leave_fifo(void) {
    mkfifo("/left-fifo", 0666);
    mkfifo("/tmp/left-fifo", 0666);
    mkfifo("/dev/shm/left-fifo", 0666);
}

static void find_fifo(void) {
    show_file("/left-fifo");
    show_file("/tmp/left-fifo");
    show_file("/dev/shm/left-fifo");
}

static const char *const of_image[] = {"/", "/bin", "/bin/x", "/etc/x", "/tmp", "/dev", "/dev/shm"};

static void leave_times(void) {
    for (size_t i = 0; i < COUNT(of_image); i++) {
        utimensat(AT_FDCWD, of_image[i], (struct timespec[]){{4711, 0}, {4711, 0}}, 0);
    }
}

static void find_times(void) {
    for (size_t i = 0; i < COUNT(of_image); i++) {
        struct stat found;
        if (stat(of_image[i], &found) == 0 && (found.st_mtime == 4711 || found.st_atime == 4711)) {
            printf("times of %s\n", of_image[i]);
        }
    }
}

static void leave_modes(void) {
    for (size_t i = 0; i < COUNT(of_image); i++) chmod(of_image[i], 0703);
}

static void find_modes(void) {
    for (size_t i = 0; i < COUNT(of_image); i++) {
        struct stat found;
        if (stat(of_image[i], &found) == 0 && (found.st_mode & 07777) == 0703) printf("mode of %s\n", of_image[i]);
    }
}

static void leave_attributes(void) {
    for (size_t i = 0; i < COUNT(of_image); i++) setxattr(of_image[i], "user.left", "left", 4, 0);
}

static void find_attributes(void) {
    for (size_t i = 0; i < COUNT(of_image); i++) {
        if (getxattr(of_image[i], "user.left", space, sizeof space) >= 0) printf("attribute of %s\n", of_image[i]);
    }
}

static void leave_changed_files(void) {
    put("/bin/x", O_TRUNC, "left");
    put("/etc/x", O_APPEND, "left");
}

static void find_changed_files(void) {
    show_text("/bin/x", "left");
    show_text("/etc/x", "left");
}

static void leave_deleted_files(void) {
    unlink("/bin/x");
    unlink("/etc/x");
    unlink("/dev/full");
}

static void find_deleted_files(void) {
    show_if(access("/bin/x", F_OK) != 0, "no /bin/x");
    show_if(access("/etc/x", F_OK) != 0, "no /etc/x");
    show_if(access("/dev/full", F_OK) != 0, "no /dev/full");
}

static const struct kind {
    const char *name;
    void (*leave)(void), (*find)(void);
} kinds[] = {
    {"files", leave_files, find_files},
    {"text in Docker's files of /etc", leave_text_in_etc, find_text_in_etc},
    {"setting of the kernel", leave_kernel_setting, find_kernel_setting},
    {"cgroup", leave_cgroup, find_cgroup},
    {"mode of devices", leave_mode_of_devices, find_mode_of_devices},
    {"mode of masked files", leave_mode_of_masks, find_mode_of_masks},
    {"mode of stdin", leave_mode_of_stdin, find_mode_of_stdin},
    {"times of stdin", leave_times_of_stdin, find_times_of_stdin},
    {"mode of output", leave_mode_of_output, find_mode_of_output},
    {"group of output", leave_group_of_output, find_group_of_output},
    {"signal of descriptors", leave_signal_of_descriptors, find_signal_of_descriptors},
    {"lock of descriptors", leave_lock_of_descriptors, find_lock_of_descriptors},
    {"lock of ranges", leave_lock_of_ranges, find_lock_of_ranges},
    {"hint of descriptors", leave_hint_of_descriptors, find_hint_of_descriptors},
    {"flags of output", leave_flags_of_output, find_flags_of_output},
    {"symlinks", leave_symlinks, find_symlinks},
    {"hard links", leave_hard_links, find_hard_links},
    {"shared memory", leave_shared_memory, find_shared_memory},
    {"semaphores", leave_semaphores, find_semaphores},
    {"messages", leave_messages, find_messages},
    {"message queue", leave_queue, find_queue},
    {"abstract socket", leave_socket, find_socket},
    {"socket in flight", leave_socket_in_flight, find_socket_in_flight},
    {"socket file", leave_socket_file, find_socket_file},
    {"connection", leave_connection, find_connection},
    {"metrics of a connection", leave_connection, find_metrics},
    {"flow label", leave_label, find_label},
    {"process", leave_process, find_process},
    {"host name", leave_host_name, find_host_name},
    {"programs with rights", leave_programs_with_rights, find_programs_with_rights},
    {"key", leave_key, find_key},
    {"limits", leave_limits, find_limits},
    {"state of the process", leave_process_state, find_process_state},
    {"attributes of process 1", leave_attributes_of_init, find_attributes_of_init},
    {"priority of the session", leave_priority_of_session, find_priority_of_session},
    {"deleted folder", leave_deleted_folder, find_deleted_folder},
    {"deep tree", leave_deep_tree, find_deep_tree},
    {"full folders", leave_full_folders, find_full_folders},
    {"many files", leave_many_files, find_full_folders},
    {"fifo", leave_fifo, find_fifo},
    {"times", leave_times, find_times},
    {"modes", leave_modes, find_modes},
    {"attributes", leave_attributes, find_attributes},
    {"changed files", leave_changed_files, find_changed_files},
    {"deleted files", leave_deleted_files, find_deleted_files},
};

static int trace(const char *kind, int leaves, int finds) {
    for (size_t i = 0; i < COUNT(kinds); i++) {
        if (strcmp(kinds[i].name, kind) != 0) continue;
        if (leaves) kinds[i].leave();
        if (finds) kinds[i].find();
        fflush(stdout);
        return 0;
    }
    fprintf(stderr, "no kind %s\n", kind);
    return 99;
}

int escape(const char *argument) {
    if (strcmp(argument, "list") == 0) return try_all(1);
    if (strcmp(argument, "try") == 0) return try_all(0);
    if (strcmp(argument, "look") == 0) return look();
    if (strncmp(argument, "gained ", 7) == 0) return gained(atoi(argument + 7));
    if (strncmp(argument, "leave ", 6) == 0) return trace(argument + 6, 1, 0);
    if (strncmp(argument, "find ", 5) == 0) return trace(argument + 5, 0, 1);
    if (strncmp(argument, "both ", 5) == 0) return trace(argument + 5, 1, 1);
    for (size_t i = 0; i < COUNT(kinds); i++) puts(kinds[i].name);
    return strcmp(argument, "kinds") == 0 ? 0 : 99;
}
