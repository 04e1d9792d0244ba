// Attempts to leave the sandbox, and traces for its next run.
//
// usage: probe escape list | try | look | kinds | leave KIND | find KIND | both KIND
//
// try prints one line for each attempt: "name: DONE" or "name: refused (ERRNO)". find prints what it sees of a trace; nothing
// if there is none. The root file system needs /bin/x, /bin/suid (this program, owned by root, mode 4755), /etc/x, and a user
// in group 77.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/genetlink.h>
#include <linux/in6.h>
#include <linux/tcp_metrics.h>
#include <mqueue.h>
#include <net/if.h>
#include <net/route.h>
#include <sched.h>
#include <signal.h>
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

#define LIST(...) (const char *const[]){__VA_ARGS__, NULL}
#define FOLDERS LIST("/", "/tmp", "/dev/shm")

int escape(const char *argument);

// --- system calls, most of them in each form that the kernel takes -----------------------------------------------------
//
// Their arguments would change nothing that lasts if the kernel took them. All data is static: 32-bit calls cannot reach
// the stack.

static struct timeval now;
static struct timespec now_ns;
static struct timex tick = {.modes = ADJ_TICK, .tick = 10000};
static char space[4096];
static unsigned long root_handle[] = {1ul << 32 | 8, 2, 0}; // struct file_handle: 8 bytes of type 1, inode 2
static struct rlimit no_limit = {RLIM_INFINITY, RLIM_INFINITY};
static unsigned long new_user[11] = {CLONE_NEWUSER, 0, 0, 0, SIGCHLD}; // struct clone_args
static unsigned perf_attributes[32] = {1, sizeof perf_attributes};
static struct __user_cap_header_struct capability_version = {_LINUX_CAPABILITY_VERSION_3, 0};
static struct __user_cap_data_struct all_capabilities[2] = {{~0u, ~0u, ~0u}, {0x1ff, 0x1ff, 0x1ff}};
static struct iovec mine = {space, 8}, theirs = {(void *)0x400000, 8};
static unsigned long all_processors[16] = {[0 ... 15] = ~0ul};
static int one = 1, one_mib = 1 << 20, immutable = 0x10;
static struct sockaddr_in port_80 = {.sin_family = AF_INET, .sin_port = 80 << 8}; // big endian
static struct ifreq loopback = {.ifr_name = "lo", .ifr_mtu = 65536};
static struct rtentry route = {.rt_dst = {.sa_family = AF_INET}, .rt_genmask = {.sa_family = AF_INET}, .rt_flags = RTF_REJECT};
static struct {
    struct cmsghdr header;
    struct ucred user;
} forged = {{CMSG_LEN(sizeof(struct ucred)), SOL_SOCKET, SCM_CREDENTIALS}, {INIT, 4711, 4711}};
static struct msghdr forged_message = {.msg_iov = &mine, .msg_iovlen = 1, .msg_control = &forged,
                                       .msg_controllen = sizeof forged};

// The descriptors that every attempt has open.
enum { ROOT = 40, NEW_FILE, TCP, UDP, PAIR, TERMINAL, PROCESS_1 };

static int open_terminal(void) {
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0 || grantpt(master) || unlockpt(master)) return -1;
    return open(ptsname(master), O_RDWR | O_NOCTTY);
}

static void open_descriptors(void) {
    int ends[2] = {-1, -1};
    setsid(); // to take a terminal
    dup2(open("/", O_RDONLY), ROOT);
    dup2(open("/tmp/new", O_RDONLY | O_CREAT, 0600), NEW_FILE);
    dup2(socket(AF_INET, SOCK_STREAM, 0), TCP);
    dup2(socket(AF_INET, SOCK_DGRAM, 0), UDP);
    if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) == 0) dup2(ends[0], PAIR);
    dup2(open_terminal(), TERMINAL);
    dup2(syscall(SYS_pidfd_open, INIT, 0), PROCESS_1);
}

#define P(pointer) (long)(pointer)
enum { NO_CALL = -1, NATIVE_ONLY = -1 }; // instead of the number of a call

static const struct call {
    const char *name;
    int native, of_32_bit;
    long arguments[6];
} calls[] = {
    {"getpid (control)", SYS_getpid, 20, {0}}, {"mount proc", SYS_mount, 21, {P("none"), P("/tmp"), P("proc"), 0, 0}},
    {"mount tmpfs", SYS_mount, 21, {P("none"), P("/tmp"), P("tmpfs"), 0, 0}},
    {"mount bind", SYS_mount, 21, {P("/"), P("/tmp"), 0, MS_BIND, 0}},
    {"mount remount", SYS_mount, 21, {0, P("/proc"), 0, MS_REMOUNT | MS_BIND, 0}},
    {"mount shared", SYS_mount, 21, {0, P("/"), 0, MS_SHARED, 0}}, {"umount2", SYS_umount2, 52, {P("/proc"), MNT_DETACH}},
    {"umount", NO_CALL, 22, {P("/proc")}}, {"pivot_root", SYS_pivot_root, 217, {P("/tmp"), P("/tmp")}},
    {"chroot", SYS_chroot, 61, {P("/tmp")}}, {"unshare mounts", SYS_unshare, 310, {CLONE_NEWNS}},
    {"unshare hostname", SYS_unshare, 310, {CLONE_NEWUTS}}, {"unshare ipc", SYS_unshare, 310, {CLONE_NEWIPC}},
    {"unshare processes", SYS_unshare, 310, {CLONE_NEWPID}}, {"unshare network", SYS_unshare, 310, {CLONE_NEWNET}},
    {"unshare users", SYS_unshare, 310, {CLONE_NEWUSER}}, {"unshare cgroups", SYS_unshare, 310, {CLONE_NEWCGROUP}},
    {"unshare time", SYS_unshare, 310, {0x80}}, {"setns", SYS_setns, 346, {0, 0}},
    {"clone with mounts", SYS_clone, 120, {CLONE_NEWNS | SIGCHLD}},
    {"clone with users", SYS_clone, 120, {CLONE_NEWUSER | SIGCHLD}},
    {"clone with processes", SYS_clone, 120, {CLONE_NEWPID | SIGCHLD}},
    {"clone with network", SYS_clone, 120, {CLONE_NEWNET | SIGCHLD}},
    {"clone with cgroups", SYS_clone, 120, {CLONE_NEWCGROUP | SIGCHLD}},
    {"clone of a process (control)", SYS_clone, 120, {SIGCHLD}},
    {"clone3 with users", SYS_clone3, 435, {P(new_user), sizeof new_user}}, {"fsopen", SYS_fsopen, 430, {P("tmpfs"), 0}},
    {"fsconfig", SYS_fsconfig, 431, {0, 6, 0, 0, 0}}, {"fsmount", SYS_fsmount, 432, {0, 0, 0}},
    {"fspick", SYS_fspick, 433, {AT_FDCWD, P("/"), 0}}, {"open_tree", SYS_open_tree, 428, {AT_FDCWD, P("/"), 1}},
    {"open_tree without a clone", SYS_open_tree, 428, {AT_FDCWD, P("/"), 0}},
    {"open_tree_attr", 467, 467, {AT_FDCWD, P("/"), 1, 0, 0}},
    {"move_mount", SYS_move_mount, 429, {AT_FDCWD, P("/tmp"), AT_FDCWD, P("/"), 0}},
    {"mount_setattr", SYS_mount_setattr, 442, {AT_FDCWD, P("/"), 0, P(space), 32}},
    {"statmount", 457, 457, {P(space), P(space), 32, 0}}, {"listmount", 458, 458, {P(space), P(space), 32, 0}},
    {"bpf", SYS_bpf, 357, {BPF_MAP_CREATE, P(space), 64}},
    {"perf_event_open", SYS_perf_event_open, 336, {P(perf_attributes), 0, -1, -1, 0}},
    {"fanotify_init", SYS_fanotify_init, 338, {0, 0}}, {"quotactl", SYS_quotactl, 131, {0x80000100, P("/"), 0, P(space)}},
    {"quotactl_fd", 443, 443, {0, 0x80000100, 0, P(space)}},
#ifdef SYS_lookup_dcookie
    {"lookup_dcookie", SYS_lookup_dcookie, 253, {0, P(space), 100}},
#endif
    {"sethostname", SYS_sethostname, 74, {P("escaped"), 7}}, {"setdomainname", SYS_setdomainname, 121, {P("escaped"), 7}},
    {"syslog", SYS_syslog, 103, {3, P(space), 100}},
    {"open_by_handle_at", SYS_open_by_handle_at, 342, {0, P(root_handle), O_RDONLY}},
    {"ptrace of a process that does not exist", SYS_ptrace, 26, {PTRACE_SEIZE, 4000000, 0, 0}},
    {"keyctl", SYS_keyctl, 288, {0, -3, 1}}, {"add_key", SYS_add_key, 286, {P("proc"), P("escaped"), P(space), 1, -4}},
    {"request_key", SYS_request_key, 287, {P("proc"), P("escaped"), 0, 0}},
    {"init_module", SYS_init_module, 128, {P(space), 10, P("")}}, {"finit_module", SYS_finit_module, 350, {0, P(""), 0}},
    {"delete_module", SYS_delete_module, 129, {P("escaped"), 0}}, {"kexec_load", SYS_kexec_load, 283, {0, 0, 0, 0}},
    {"reboot", SYS_reboot, 88, {0xfee1dead, 672274793, 0, 0}}, {"swapon", SYS_swapon, 87, {P("escaped"), 0}},
    {"swapoff", SYS_swapoff, 115, {P("escaped")}}, {"settimeofday", SYS_settimeofday, 79, {P(&now), 0}},
    {"clock_settime", SYS_clock_settime, 404, {CLOCK_REALTIME, P(&now_ns)}}, {"adjtimex", SYS_adjtimex, 124, {P(&tick)}},
    {"clock_adjtime", SYS_clock_adjtime, 405, {CLOCK_REALTIME, P(&tick)}}, {"acct", SYS_acct, 51, {0}},
    {"userfaultfd", SYS_userfaultfd, 374, {1}}, {"io_uring_setup", SYS_io_uring_setup, 425, {1, P(space)}},
    {"personality of another architecture", SYS_personality, 136, {0x0020000 | 0x4}}, {"vhangup", SYS_vhangup, 111, {0}},
    {"mbind", SYS_mbind, 274, {0, 0, 0, 0, 0, 0}}, {"move_pages", SYS_move_pages, 317, {0, 0, 0, 0, 0, 0}},
    {"name_to_handle_at", SYS_name_to_handle_at, 341, {AT_FDCWD, P("/"), P(space), P(space), 0}},
    {"memfd_secret", 447, 447, {0}}, {"setuid 0", SYS_setuid, 213, {0}}, {"setgid 0", SYS_setgid, 214, {0}},
    {"setuid 4711", SYS_setuid, 213, {4711}}, {"setgroups", SYS_setgroups, 206, {0, P(space)}},
    {"nice", SYS_setpriority, 97, {PRIO_PROCESS, 0, -5}}, {"mlockall", SYS_mlockall, 152, {MCL_FUTURE}},
    {"make a disk in /tmp", SYS_mknodat, NATIVE_ONLY, {AT_FDCWD, P("/tmp/disk"), S_IFBLK, 254 << 8}},
    {"make a disk in /", SYS_mknodat, NATIVE_ONLY, {AT_FDCWD, P("/disk"), S_IFBLK, 254 << 8}},
    {"make a disk in /dev", SYS_mknodat, NATIVE_ONLY, {AT_FDCWD, P("/dev/disk"), S_IFBLK, 8 << 8}},
    {"make /dev/mem", SYS_mknodat, NATIVE_ONLY, {AT_FDCWD, P("/tmp/memory"), S_IFCHR, 1 << 8 | 1}},
    {"make a whiteout", SYS_mknodat, NATIVE_ONLY, {AT_FDCWD, P("/tmp/whiteout"), S_IFCHR, 0}},
    {"make a fifo (control)", SYS_mknodat, NATIVE_ONLY, {AT_FDCWD, P("/tmp/made"), S_IFIFO, 0}},
    {"create in /", SYS_openat, NATIVE_ONLY, {AT_FDCWD, P("/created"), O_WRONLY | O_CREAT, 0600}},
    {"create in /dev", SYS_openat, NATIVE_ONLY, {AT_FDCWD, P("/dev/created"), O_WRONLY | O_CREAT, 0600}},
    {"create in /tmp (control)", SYS_openat, NATIVE_ONLY, {AT_FDCWD, P("/tmp/created"), O_WRONLY | O_CREAT, 0600}},
    {"create in /dev/shm (control)", SYS_openat, NATIVE_ONLY, {AT_FDCWD, P("/dev/shm/created"), O_WRONLY | O_CREAT, 0600}},
    {"make a cgroup", SYS_mkdirat, NATIVE_ONLY, {AT_FDCWD, P("/sys/fs/cgroup/escaped"), 0700}},
    {"make a cgroup of memory", SYS_mkdirat, NATIVE_ONLY, {AT_FDCWD, P("/sys/fs/cgroup/memory/escaped"), 0700}},
    {"climb from stdin", SYS_openat, NATIVE_ONLY, {0, P(".."), O_PATH}},
    {"climb from stdout", SYS_openat, NATIVE_ONLY, {1, P(".."), O_PATH}}, {"chmod stdin", SYS_fchmod, NATIVE_ONLY, {0, 0666}},
    {"chmod /dev/null", SYS_fchmodat, NATIVE_ONLY, {AT_FDCWD, P("/dev/null"), 0666}},
    {"chmod /proc/kcore", SYS_fchmodat, NATIVE_ONLY, {AT_FDCWD, P("/proc/kcore"), 0666}},
    {"chown a file to another user", SYS_fchownat, NATIVE_ONLY, {AT_FDCWD, P("/bin/x"), 4711, 4711, 0}},
    {"set a trusted attribute", SYS_setxattr, NATIVE_ONLY, {P("/tmp"), P("trusted.overlay.opaque"), P("y"), 1, 0}},
    {"take capabilities", SYS_capset, NATIVE_ONLY, {P(&capability_version), P(all_capabilities)}},
    {"raise an ambient capability", SYS_prctl, NATIVE_ONLY, {PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_ADMIN, 0, 0}},
    {"set secure bits", SYS_prctl, NATIVE_ONLY, {PR_SET_SECUREBITS, 1 << 4}},
    {"keep capabilities", SYS_prctl, NATIVE_ONLY, {PR_SET_KEEPCAPS, 1}},
    {"clear no_new_privs", SYS_prctl, NATIVE_ONLY, {PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0}},
    {"leave seccomp", SYS_prctl, NATIVE_ONLY, {PR_SET_SECCOMP, 0, 0}},
    {"link the program of process 1", SYS_linkat, NATIVE_ONLY, {AT_FDCWD, P("/proc/1/exe"), AT_FDCWD,
     P("/tmp/stolen"), AT_SYMLINK_FOLLOW}},
    {"process 1: trace", SYS_ptrace, NATIVE_ONLY, {PTRACE_SEIZE, INIT, 0, 0}},
    {"process 1: read memory", SYS_process_vm_readv, NATIVE_ONLY, {INIT, P(&mine), 1, P(&theirs), 1, 0}},
    {"process 1: open memory", SYS_openat, NATIVE_ONLY, {AT_FDCWD, P("/proc/1/mem"), O_RDWR}},
    {"process 1: open the root", SYS_openat, NATIVE_ONLY, {AT_FDCWD, P("/proc/1/root/"), O_DIRECTORY}},
    {"process 1: read limits", SYS_prlimit64, NATIVE_ONLY, {INIT, RLIMIT_NOFILE, 0, P(&no_limit)}},
    {"process 1: signal 0", SYS_kill, NATIVE_ONLY, {INIT, 0}}, {"process 1: SIGKILL", SYS_kill, NATIVE_ONLY, {INIT, SIGKILL}},
    {"process 1: SIGSTOP", SYS_tgkill, NATIVE_ONLY, {INIT, INIT, SIGSTOP}},
    {"process 1: nice", SYS_setpriority, NATIVE_ONLY, {PRIO_PROCESS, INIT, 1}},
    {"process 1: affinity", SYS_sched_setaffinity, NATIVE_ONLY, {INIT, sizeof all_processors, P(all_processors)}},
    {"process 1: OOM score", SYS_openat, NATIVE_ONLY, {AT_FDCWD, P("/proc/1/oom_score_adj"), O_WRONLY}},
    {"raw socket", SYS_socket, NATIVE_ONLY, {AF_INET, SOCK_RAW, IPPROTO_ICMP}},
    {"packet socket", SYS_socket, NATIVE_ONLY, {AF_PACKET, SOCK_RAW, 0}},
    {"audit socket", SYS_socket, NATIVE_ONLY, {AF_NETLINK, SOCK_RAW, NETLINK_AUDIT}},
    {"netfilter socket", SYS_socket, NATIVE_ONLY, {AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER}},
    {"crypto socket", SYS_socket, NATIVE_ONLY, {AF_ALG, SOCK_SEQPACKET, 0}},
    {"raise a limit", SYS_prlimit64, NATIVE_ONLY, {0, RLIMIT_CORE, P(&no_limit), 0}},
    {"real-time scheduling", SYS_sched_setscheduler, NATIVE_ONLY, {0, SCHED_FIFO, P(&one)}},
    {"huge pages", SYS_shmget, NATIVE_ONLY, {IPC_PRIVATE, 2 << 20, IPC_CREAT | SHM_HUGETLB | 0600}},
    {"process 1: enter namespaces", SYS_setns, NATIVE_ONLY, {PROCESS_1, CLONE_NEWNS | CLONE_NEWPID}},
    {"process 1: take a descriptor", SYS_pidfd_getfd, NATIVE_ONLY, {PROCESS_1, 0, 0}},
    {"process 1: compare", SYS_kcmp, NATIVE_ONLY, {INIT, INIT, 0, 1, 1}},
    {"port 80", SYS_bind, NATIVE_ONLY, {TCP, P(&port_80), sizeof port_80}},
    {"large socket buffer", SYS_setsockopt, NATIVE_ONLY, {UDP, SOL_SOCKET, SO_RCVBUFFORCE, P(&one_mib), sizeof one_mib}},
    {"socket mark", SYS_setsockopt, NATIVE_ONLY, {UDP, SOL_SOCKET, SO_MARK, P(&one), sizeof one}},
    {"change lo", SYS_ioctl, NATIVE_ONLY, {UDP, SIOCSIFMTU, P(&loopback)}},
    {"add a route", SYS_ioctl, NATIVE_ONLY, {UDP, SIOCADDRT, P(&route)}},
    {"vsock", SYS_socket, NATIVE_ONLY, {AF_VSOCK, SOCK_STREAM, 0}},
    {"forged credentials", SYS_sendmsg, NATIVE_ONLY, {PAIR, P(&forged_message), 0}},
    {"type into a terminal", SYS_ioctl, NATIVE_ONLY, {TERMINAL, TIOCSTI, P("x")}},
    {"take a terminal", SYS_ioctl, NATIVE_ONLY, {TERMINAL, TIOCSCTTY, 1}},
    {"take the console", SYS_ioctl, NATIVE_ONLY, {TERMINAL, TIOCCONS, 0}},
    {"make a file immutable", SYS_ioctl, NATIVE_ONLY, {NEW_FILE, _IOW('f', 2, long), P(&immutable)}},
    {"freeze the root", SYS_ioctl, NATIVE_ONLY, {ROOT, _IOWR('X', 119, int), 0}},
    {"be traced (control)", SYS_ptrace, NATIVE_ONLY, {PTRACE_TRACEME, 0, 0, 0}},
#ifdef __x86_64__
    {"iopl", SYS_iopl, 110, {3}}, {"ioperm", SYS_ioperm, 101, {0x80, 1, 1}},
    {"modify_ldt", SYS_modify_ldt, 123, {0, P(space), 16}},
    {"kexec_file_load", SYS_kexec_file_load, NATIVE_ONLY, {-1, -1, 0, 0, 0}}, {"_sysctl", 156, 149, {P(space)}},
    {"nfsservctl", 180, 169, {0, 0, 0}}, {"uselib", SYS_uselib, 86, {P("/")}}, {"ustat", SYS_ustat, 62, {0, P(space)}},
    {"sysfs", SYS_sysfs, 135, {3}},
#endif
};

enum form { NATIVE, OF_32_BIT, X32 };
static const char *const forms[] = {"", " by a 32-bit call", " by an x32 call"};

static int exists(const struct call *call, enum form form) {
#ifdef __x86_64__
    return (form == OF_32_BIT || call->native >= 0) && (form == NATIVE || call->of_32_bit >= 0);
#else
    return form == NATIVE && call->native >= 0;
#endif
}

static long refuse(int error) {
    errno = error;
    return -1;
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

// --- paths -------------------------------------------------------------------------------------------------------------

// Opens only: what is written to some of them would end the machine. find_writable tries all of /proc and /sys; here are the
// best known files, and those that it leaves out.
static const char *const written[] = {
    "/proc/sysrq-trigger", "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname", "/proc/sys/fs/binfmt_misc/register",
    "/proc/sys/net/ipv4/ip_default_ttl", "/proc/sys/user/max_user_namespaces", "/proc/irq/default_smp_affinity",
    "/proc/bus/pci/00/00.0", "/proc/fs/ext4", "/proc/mtrr", "/proc/acpi", "/proc/scsi/scsi", "/proc/kcore",
    "/proc/timer_list", "/proc/latency_stats", "/proc/keys", "/proc/interrupts", "/proc/slabinfo", "/proc/self/uid_map",
    "/proc/self/gid_map", "/proc/self/setgroups", "/proc/self/attr/current", "/proc/self/timens_offsets",
    "/proc/self/oom_score_adj", "/proc/self/loginuid", "/proc/pressure/cpu", "/sys/kernel/uevent_helper",
    "/sys/kernel/security/apparmor/.load", "/sys/power/state", "/sys/class/net/lo/mtu", "/sys/bus/pci/rescan",
    "/sys/fs/cgroup/release_agent", "/sys/fs/cgroup/memory/release_agent", "/sys/fs/cgroup/memory/memory.limit_in_bytes",
    "/sys/fs/cgroup/memory/cgroup.procs", "/sys/fs/cgroup/pids/pids.max", "/sys/fs/cgroup/devices/devices.allow",
    "/sys/fs/cgroup/cgroup.procs", "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/cgroup.subtree_control", "/dev/mem",
    "/dev/kmem", "/dev/port", "/dev/kmsg", "/dev/kvm", "/dev/fuse", "/dev/vda", "/dev/sda", "/dev/loop-control",
    "/dev/net/tun", "/dev/vsock", "/dev/vhost-vsock", "/dev/uinput", "/dev/tty", "/dev/console", "/dev/cpu/0/msr",
    "/dev/rtc0", "/dev/watchdog", "/dev/ptmx", "/dev/null", "/dev/random", "/etc/x", "/bin/x", "/.faas/init", "/.faas/new",
    "/dev/stdout", "/dev/stderr", "/proc/self/fd/1", "/proc/self/fd/0", "/proc/self/mem", "/proc/self/exe",
    "/proc/self/clear_refs", "/proc/self/comm", NULL,
};

static const char *const reads[] = {
    "/proc/kcore", "/proc/keys", "/proc/key-users", "/proc/timer_list", "/proc/sched_debug", "/proc/kmsg", "/proc/kallsyms",
    "/proc/kpagecount", "/proc/kpageflags", "/proc/vmallocinfo", "/proc/slabinfo", "/proc/latency_stats", "/proc/interrupts",
    "/proc/iomem", "/proc/modules", "/proc/config.gz", "/proc/scsi/scsi", "/proc/asound/cards", "/proc/acpi/wakeup",
    "/proc/sysvipc/shm", "/proc/locks", "/proc/self/pagemap", "/proc/self/stack", "/proc/self/mountinfo", "/proc/1/environ",
    "/proc/1/maps", "/proc/1/auxv", "/proc/1/stack", "/proc/1/root/etc/x", "/proc/1/cwd/etc/x", "/proc/1/root/.faas/init",
    "/proc/1/exe", "/proc/1/ns/mnt", "/proc/1/mountinfo", "/proc/1/fd/0", "/proc/1/fd/3", "/proc/1/map_files",
    "/proc/1/task/1/fd/0", "/sys/firmware/dmi/tables/DMI", "/sys/firmware/acpi/tables/FACP",
    "/sys/devices/virtual/powercap/intel-rapl/enabled", "/sys/kernel/debug/sched/features", "/sys/kernel/tracing/trace",
    "/sys/kernel/security/lsm", "/sys/kernel/notes", "/sys/fs/bpf", "/sys/fs/pstore", "/sys/kernel/vmcoreinfo", "/.faas/init",
    "/dev/mem", "/dev/vda", "/dev/kmsg", "/dev/zero", "/etc/hosts", "/etc/shadow", "/var/run/docker.sock",
    "/run/containerd/containerd.sock", NULL,
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

// Processes have a folder of their own with files that they may write; /proc/pressure gives notifications.
static int try_file(const char *path, const struct stat *found, int type, struct FTW *at) {
    int own = at->level == 1 && strncmp(path, "/proc/", 6) == 0 && isdigit(path[6]);
    if (own || strcmp(path, "/proc/pressure") == 0) return FTW_SKIP_SUBTREE;
    int is_file = type == FTW_F && S_ISREG(found->st_mode); // else /dev/null hides it
    if (!is_file || open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC) < 0) return FTW_CONTINUE;
    fprintf(stderr, "%s can be written\n", path);
    return FTW_STOP;
}

static long find_writable(const char *folder) {
    return nftw(folder, try_file, 16, FTW_PHYS | FTW_ACTIONRETVAL) == FTW_STOP ? 0 : refuse(EROFS);
}

// Opens the folder in which the kernel says that the root's files are.
static long open_layer(const char *option) {
    static char line[16384];
    FILE *mounts = fopen("/proc/self/mountinfo", "re");
    long found = -1;
    while (found < 0 && mounts && fgets(line, sizeof line, mounts)) {
        char *path = strstr(line, option);
        if (path) found = open(strtok(path + strlen(option), ",:\n "), O_RDONLY | O_DIRECTORY);
    }
    return found < 0 ? refuse(ENOENT) : found;
}

static const char *path_in(const char *folder, const char *name) {
    static char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder[1] ? folder : "", name);
    return path;
}

static long set_file_capability(const char *folder) {
    struct vfs_cap_data all = {VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE, {{~0u, 0}, {~0u, 0}}};
    const char *path = path_in(folder, "left-program");
    close(open(path, O_WRONLY | O_CREAT, 0755));
    return setxattr(path, "security.capability", &all, sizeof all, 0);
}

static long climb(const char *path) {
    struct stat root, above;
    int fd = open(path, O_PATH | O_DIRECTORY);
    for (int i = 0; i < 40 && fd >= 0; i++) fd = openat(fd, "..", O_PATH | O_DIRECTORY);
    if (fd < 0 || fstat(fd, &above) || stat("/", &root)) return -1;
    return root.st_ino == above.st_ino && root.st_dev == above.st_dev ? refuse(EXDEV) : 0;
}

// The exit code of the setuid program: 0 if it has more rights than its caller.
static int gained(uid_t caller) {
    struct __user_cap_data_struct held[2] = {0};
    syscall(SYS_capget, &capability_version, held);
    return geteuid() == caller && !(held[0].permitted | held[1].permitted) ? EPERM : 0;
}

static long run_setuid(const char *program) {
    char argument[64];
    snprintf(argument, sizeof argument, "gained %d", getuid());
    if (getuid() == 0) return refuse(EPERM); // nothing to gain
    execl(program, program, "escape", argument, NULL);
    return -1;
}

static const struct attempt {
    const char *name, *const *paths;
    long (*act)(const char *path);
} attempts[] = {
    {"open to write ", written, open_for_writing},
    {"read ", reads, read_a_byte},
    {"write ", LIST("/etc/hosts", "/etc/resolv.conf", "/etc/hostname"), open_for_writing},
    {"write any file in ", LIST("/sys", "/proc"), find_writable},
    {"open the folder of ", LIST("upperdir=", "workdir=", "lowerdir=/var"), open_layer},
    {"set a file capability in ", FOLDERS, set_file_capability},
    {"climb above ", LIST("/"), climb},
    {"run the setuid program ", LIST("/bin/suid"), run_setuid},
};

// --- trying ------------------------------------------------------------------------------------------------------------

static int list_only;

// Makes a call in this form or, without a call, acts on the path.
static void try_one(const struct call *call, enum form form, const struct attempt *attempt, const char *path) {
    int status;
    printf("%s%s%s", call ? call->name : attempt->name, call ? forms[form] : path, list_only ? "\n" : ": ");
    fflush(stdout);
    pid_t child = list_only ? -1 : fork();
    if (child == 0) {
        alarm(TRY_SECONDS);
        open_descriptors();
        _exit((call ? perform(call, form) : attempt->act(path)) < 0 ? errno : 0);
    }
    if (child < 0) return;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
    const char *error = strerrorname_np(WEXITSTATUS(status));
    if (WIFSIGNALED(status)) printf("killed by SIG%s\n", sigabbrev_np(WTERMSIG(status)));
    else if (WEXITSTATUS(status) == 0) puts("DONE");
    else printf("refused (%s)\n", error ? error : "?");
}

static int try_all(void) {
    gettimeofday(&now, NULL);
    clock_gettime(CLOCK_REALTIME, &now_ns);
    for (size_t i = 0; i < COUNT(calls); i++) {
        for (enum form form = NATIVE; form <= X32; form++) {
            if (exists(&calls[i], form)) try_one(&calls[i], form, NULL, NULL);
        }
    }
    for (size_t i = 0; i < COUNT(attempts); i++) {
        for (const char *const *path = attempts[i].paths; *path; path++) try_one(NULL, NATIVE, &attempts[i], *path);
    }
    return 0;
}

// --- looking around ----------------------------------------------------------------------------------------------------

static void show_status(void) {
    char line[512];
    FILE *status = fopen("/proc/self/status", "re");
    const char *const *shown = LIST("Uid:", "Gid:", "Groups:", "Cap", "NoNewPrivs:", "Seccomp:", "Speculation");
    while (status && fgets(line, sizeof line, status)) {
        for (const char *const *each = shown; *each; each++) {
            if (strncmp(line, *each, strlen(*each)) == 0) fputs(line, stdout);
        }
    }
}

static void show_mounts(void) {
    static char line[16384], path[4096], flags[256], type[64];
    FILE *mounts = fopen("/proc/self/mountinfo", "re");
    while (mounts && fgets(line, sizeof line, mounts)) {
        char *tail = strstr(line, " - ");
        if (!tail || sscanf(line, "%*s %*s %*s %*s %4095s %255s", path, flags) != 2) continue;
        if (sscanf(tail, " - %63s", type) == 1) printf("mount %s %s %s\n", path, type, flags);
    }
}

static void show_nodes(const char *folder) {
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        const char *entry = path_in(folder, entries[i]->d_name);
        char target[256] = "";
        struct stat found;
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

static void show_space(const char *folder) {
    struct statvfs found = {0};
    statvfs(folder, &found);
    printf("space %s %lu %lu\n", folder, found.f_blocks * found.f_frsize, found.f_files);
}

static void show_each(const char *const *paths, void (*show)(const char *path)) {
    while (*paths) show(*paths++);
}

static int look(void) {
    show_status();
    show_mounts();
    show_each(LIST("/", "/dev", "/dev/shm", "/dev/pts", "/dev/mqueue", "/tmp", "/sys/class/net", "/sys/firmware",
                   "/sys/kernel/security", "/proc/acpi", "/proc/scsi", "/etc"), show_nodes);
    show_each(LIST("/proc/self/uid_map", "/proc/self/gid_map", "/proc/self/setgroups", "/proc/self/attr/current",
                   "/proc/self/oom_score_adj", "/proc/self/limits", "/proc/self/loginuid", "/proc/sys/kernel/hostname",
                   "/proc/sys/kernel/domainname", "/proc/sys/kernel/shmmax", "/proc/sys/kernel/msgmni",
                   "/proc/sys/kernel/sem", "/proc/sys/fs/mqueue/queues_max",
                   "/proc/sys/net/ipv4/ip_unprivileged_port_start", "/proc/sys/net/ipv4/ping_group_range",
                   "/proc/net/route"), show_line);
    show_each(LIST("/tmp", "/dev/shm"), show_space);
    return 0;
}

// --- traces ------------------------------------------------------------------------------------------------------------

// What is left at each path, at each descriptor, and elsewhere.
enum what {
    A_FILE, A_FOLDER, A_FIFO, NO_FILE, SYMLINK, HARD_LINK, SOCKET_FILE, DEEP_TREE, NEW_TEXT, MORE_TEXT, NUMBER_65, ITS_MODE,
    TIMES, ATTRIBUTE, RIGHTS, FULL, MANY_FILES,
    GROUP, SIGNAL, LOCK, RANGE_LOCK, HINT, FLAGS,
    SYSTEM_V, QUEUE, IN_FLIGHT, CONNECTION, METRICS, LABEL, PROCESS, HOST_NAME, KEY, LIMITS, STATE, INIT_STATE,
    SESSION_PRIORITY, NO_FOLDER,
};

#define IN_FOLDERS(name) LIST("/" name, "/tmp/" name, "/dev/shm/" name)
#define OF_IMAGE LIST("/", "/bin", "/bin/x", "/etc/x", "/tmp", "/dev", "/dev/shm")
#define IN_MEMORY LIST("/", "/dev", "/tmp", "/dev/shm")
#define FD "/proc/self/fd/"
#define DESCRIPTORS LIST(FD "0", FD "1", FD "2")
#define OUTPUT LIST(FD "1", FD "2")
#define ONCE LIST("")

static const struct kind {
    const char *name;
    enum what what;
    const char *const *paths;
} kinds[] = {
    {"files", A_FILE, LIST("/left", "/dev/left", "/dev/shm/left", "/tmp/left", "/etc/left", "/bin/left", "/sys/left",
                            "/proc/sys/left", "/dev/mqueue/left", "/.faas/left", "/dev/pts/left")},
    {"text in Docker's files of /etc", MORE_TEXT, LIST("/etc/hosts", "/etc/resolv.conf", "/etc/hostname")},
    {"setting of the kernel", NUMBER_65, LIST("/proc/sys/net/ipv4/ip_default_ttl", "/proc/sys/kernel/msgmni")},
    {"cgroup", A_FOLDER, LIST("/sys/fs/cgroup/left", "/sys/fs/cgroup/memory/left", "/sys/fs/cgroup/pids/left")},
    {"mode of devices", ITS_MODE, LIST("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty")},
    {"mode of masked files", ITS_MODE, LIST("/proc/keys", "/proc/kcore", "/proc/timer_list", "/proc/latency_stats")},
    {"mode of stdin", ITS_MODE, LIST(FD "0")}, {"times of stdin", TIMES, LIST(FD "0")},
    {"mode of output", ITS_MODE, OUTPUT}, {"group of output", GROUP, OUTPUT}, {"signal of descriptors", SIGNAL, DESCRIPTORS},
    {"lock of descriptors", LOCK, DESCRIPTORS}, {"lock of ranges", RANGE_LOCK, DESCRIPTORS},
    {"hint of descriptors", HINT, DESCRIPTORS}, {"flags of output", FLAGS, DESCRIPTORS},
    {"symlinks", SYMLINK, LIST("/etc/x", "/bin/x", "/tmp/link", "/dev/shm/link")},
    {"hard links", HARD_LINK, LIST("/linked", "/bin/linked")}, {"System V IPC", SYSTEM_V, ONCE},
    {"message queue", QUEUE, ONCE}, {"socket in flight", IN_FLIGHT, ONCE},
    {"socket file", SOCKET_FILE, LIST("/tmp/left-socket")}, {"connection", CONNECTION, ONCE},
    {"metrics of a connection", METRICS, ONCE}, {"flow label", LABEL, ONCE}, {"process", PROCESS, ONCE},
    {"host name", HOST_NAME, LIST("/proc/sys/kernel/hostname")}, {"programs with rights", RIGHTS, FOLDERS},
    {"key", KEY, ONCE}, {"limits", LIMITS, ONCE}, {"state of the process", STATE, ONCE},
    {"attributes of process 1", INIT_STATE, ONCE},
    {"priority of the session", SESSION_PRIORITY, LIST("/proc/self/autogroup")}, {"deleted folder", NO_FOLDER, ONCE},
    {"deep tree", DEEP_TREE, IN_FOLDERS("deep")}, {"full folders", FULL, IN_MEMORY}, {"many files", MANY_FILES, IN_MEMORY},
    {"fifo", A_FIFO, IN_FOLDERS("left-fifo")}, {"times", TIMES, OF_IMAGE}, {"modes", ITS_MODE, OF_IMAGE},
    {"attributes", ATTRIBUTE, OF_IMAGE}, {"changed files", NEW_TEXT, LIST("/bin/x", "/etc/x")},
    {"deleted files", NO_FILE, LIST("/bin/x", "/etc/x", "/dev/full")},
};

enum { ODD_MODE = 0703, ODD_TIME = 4711, MANY = 6000 }; // more files than a nested root has inodes

static void put(const char *path, int flags, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC | flags, 0644);
    if (fd < 0) return;
    if (write(fd, text, strlen(text)) < 0) perror(path);
    close(fd);
}

static int has_text(const char *path, const char *text) {
    static char content[65536];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t count = fd < 0 ? 0 : read(fd, content, sizeof content - 1);
    content[count < 0 ? 0 : count] = 0;
    if (fd >= 0) close(fd);
    return strstr(content, text) != NULL;
}

static void check(int failed, const char *path) {
    if (failed) perror(path);
}

static int is_there(const char *path) {
    struct stat found;
    return lstat(path, &found) == 0;
}

static int is_small(const char *path) {
    struct statvfs found;
    return statvfs(path, &found) == 0 && found.f_blocks * found.f_frsize <= 32 << 20;
}

static void fill(const char *folder) {
    static char block[65536];
    memset(block, 'x', sizeof block);
    int fd = is_small(folder) ? open(path_in(folder, "filled"), O_WRONLY | O_CREAT, 0600) : -1;
    while (fd >= 0 && write(fd, block, sizeof block) > 0) continue;
}

static void make_many_files(const char *folder) {
    for (int number = 0, fd = is_small(folder) ? 0 : -1; number < MANY && fd >= 0; number++) {
        char name[64];
        snprintf(name, sizeof name, "many-%d", number);
        fd = open(path_in(folder, name), O_WRONLY | O_CREAT, 0600);
        if (fd >= 0) close(fd);
    }
}

static int is_full(const char *folder) {
    struct statvfs found;
    if (is_there(path_in(folder, "filled")) || is_there(path_in(folder, "many-1"))) return 1;
    if (!is_small(folder) || statvfs(folder, &found)) return 0;
    return found.f_bfree < found.f_blocks / 2 || found.f_ffree < found.f_files / 2;
}

static void make_deep_tree(const char *path) {
    if (mkdir(path, 0700) || chdir(path)) return;
    for (int depth = 0; depth < 500 && mkdir("deep", 0700) == 0 && chdir("deep") == 0; depth++) continue;
    chmod(".", 0);
}

static int bound_socket(int type, const struct sockaddr_un *address) {
    int fd = socket(AF_UNIX, type, 0);
    check(bind(fd, (const struct sockaddr *)address, sizeof *address), "bind");
    return fd;
}

// A socket in its own queue: no process has it open, but the kernel keeps it until it looks for such cycles.
static void leave_in_flight(void) {
    struct sockaddr_un address = {AF_UNIX, "\0in-flight"};
    int fd = bound_socket(SOCK_DGRAM, &address);
    struct {
        struct cmsghdr header;
        int fd;
    } control = {{CMSG_LEN(sizeof fd), SOL_SOCKET, SCM_RIGHTS}, fd};
    struct msghdr message = {.msg_name = &address, .msg_namelen = sizeof address, .msg_iov = &mine, .msg_iovlen = 1,
                             .msg_control = &control, .msg_controllen = sizeof control};
    if (sendmsg(fd, &message, 0) < 0) perror("in flight");
}

static int system_v(int flags) {
    return (shmget(4711, 4096, flags) >= 0) | (semget(4711, 1, flags) >= 0) | (msgget(4711, flags) >= 0);
}

// A daemon with what a process can hold: an abstract socket, a watch, a lock and a terminal.
static void leave_process(void) {
    int ends[2];
    char byte;
    if (pipe(ends)) return;
    if (fork() > 0) {
        close(ends[1]);
        if (read(ends[0], &byte, 1) < 0) perror("process"); // until it holds them
        wait(NULL);
        return;
    }
    setsid();
    if (fork() > 0) _exit(0);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    listen(bound_socket(SOCK_STREAM, &(struct sockaddr_un){AF_UNIX, "\0left"}), 1);
    inotify_add_watch(inotify_init(), "/bin", IN_MODIFY);
    flock(open("/bin/x", O_RDONLY), LOCK_EX);
    open_terminal();
    close(ends[1]);
    for (;;) pause();
}

static int has_process(void) {
    int seen = 0;
    DIR *processes = opendir("/proc");
    for (struct dirent *entry; processes && (entry = readdir(processes));) {
        int process = atoi(entry->d_name);
        seen |= process > 1 && process != getpid() && process != getppid();
    }
    return seen || has_text("/proc/net/unix", "@left") || flock(open("/bin/x", O_RDONLY), LOCK_EX | LOCK_NB) ||
           is_there("/dev/pts/0");
}

// Both ends close, so that the one that closed first waits for late packets, without a process.
static void leave_connection(void) {
    struct sockaddr_in local = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(4711)};
    int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
    check(bind(listener, (struct sockaddr *)&local, sizeof local) || listen(listener, 1), "port 4711");
    if (connect(client, (struct sockaddr *)&local, sizeof local)) return;
    int server = accept(listener, NULL, NULL);
    for (int i = 0; i < 20; i++) {
        if (write(client, space, 1000) + read(server, space, 1000) < 0) return;
        if (write(server, space, 1000) + read(client, space, 1000) < 0) return;
    }
    close(server);
    close(client);
}

// When a connection ends, the kernel caches what it learned of the route. Returns the type of the reply.
static int ask_metrics(int type, int command, const char *family) {
    struct {
        struct nlmsghdr header;
        struct genlmsghdr generic;
        struct nlattr attribute;
        char family[12];
    } request = {{sizeof request, type, NLM_F_REQUEST, 1, 0}, {command, 1, 0}, {NLA_HDRLEN + 12, CTRL_ATTR_FAMILY_NAME}, ""};
    if (family) strcpy(request.family, family);
    else request.header = (struct nlmsghdr){NLMSG_LENGTH(GENL_HDRLEN), type, NLM_F_REQUEST | NLM_F_DUMP, 1, 0};
    int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
    if (send(fd, &request, request.header.nlmsg_len, 0) < 0 || recv(fd, space, sizeof space, 0) < 0) perror("netlink");
    close(fd);
    return ((struct nlmsghdr *)space)->nlmsg_type;
}

static int has_metrics(void) {
    if (ask_metrics(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, "tcp_metrics") == NLMSG_ERROR) return 0;
    struct nlattr *attribute = (struct nlattr *)(space + NLMSG_HDRLEN + GENL_HDRLEN);
    while (attribute->nla_type != CTRL_ATTR_FAMILY_ID) {
        attribute = (struct nlattr *)((char *)attribute + NLA_ALIGN(attribute->nla_len));
    }
    int family = *(uint16_t *)(attribute + 1);
    return ask_metrics(family, TCP_METRICS_CMD_GET, NULL) == family;
}

static void leave_label(void) {
    struct in6_flowlabel_req label = {.flr_label = htonl(0x4711), .flr_action = IPV6_FL_A_GET, .flr_share = IPV6_FL_S_ANY,
                                      .flr_flags = IPV6_FL_F_CREATE, .flr_linger = 60, .flr_expires = 60};
    inet_pton(AF_INET6, "::1", &label.flr_dst);
    setsockopt(socket(AF_INET6, SOCK_DGRAM, 0), IPPROTO_IPV6, IPV6_FLOWLABEL_MGR, &label, sizeof label);
}

static void leave_limits(void) {
    for (int i = 0; i < RLIM_NLIMITS; i++) {
        struct rlimit limit;
        getrlimit(i, &limit);
        int needed = i == RLIMIT_CPU || i == RLIMIT_AS || i == RLIMIT_STACK;
        if (!needed && limit.rlim_max > 77) setrlimit(i, &(struct rlimit){77, 77});
    }
}

static int has_limits(void) {
    struct rlimit limit;
    int seen = 0;
    for (int i = 0; i < RLIM_NLIMITS; i++) seen |= getrlimit(i, &limit) == 0 && limit.rlim_max == 77;
    return seen;
}

static void leave_process_state(void) {
    umask(0);
    setenv("LEFT", "left", 1);
    signal(SIGUSR1, SIG_IGN);
    prctl(PR_SET_TIMERSLACK, 4711);
    nice(3);
    setitimer(ITIMER_REAL, &(struct itimerval){{0, 0}, {1000, 0}}, NULL);
}

static int has_process_state(void) {
    struct sigaction action;
    struct itimerval timer;
    return umask(022) != 022 || getenv("LEFT") || prctl(PR_GET_TIMERSLACK) == 4711 || getpriority(PRIO_PROCESS, 0) == 3 ||
           (sigaction(SIGUSR1, NULL, &action) == 0 && action.sa_handler == SIG_IGN) ||
           (getitimer(ITIMER_REAL, &timer) == 0 && timer.it_value.tv_sec > 0);
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

static int has_attributes_of_init(void) {
    cpu_set_t processors;
    return (sched_getaffinity(INIT, sizeof processors, &processors) == 0 &&
            CPU_COUNT(&processors) < sysconf(_SC_NPROCESSORS_CONF)) || syscall(SYS_ioprio_get, 1, INIT) == 3 << 13 ||
           has_text("/proc/1/oom_score_adj", "999") || has_text("/proc/self/oom_score_adj", "999") ||
           has_text("/proc/self/coredump_filter", "00000001") || prctl(PR_GET_TIMERSLACK) == 4711;
}

// The kernel takes few of these changes a second.
static void leave_session_priority(const char *path) {
    int fd = open(path, O_WRONLY);
    for (int tries = 0; tries < 50 && write(fd, "5", 1) < 0 && errno == EAGAIN; tries++) usleep(20000);
}

static void leave_no_folder(void) {
    if (chdir("/tmp") || mkdir("gone", 0700) || chdir("gone") || rmdir("/tmp/gone")) perror("/tmp/gone");
    rename("/etc", "/etc-before");
}

static int is_in_no_folder(void) {
    char path[4096];
    return !getcwd(path, sizeof path) || path[0] != '/' || is_there("/etc-before");
}

static int descriptor_of(const char *path) {
    return strncmp(path, FD, strlen(FD)) == 0 ? atoi(path + strlen(FD)) : -1;
}

static void leave(enum what what, const char *path) {
    int fd = descriptor_of(path);
    struct timespec odd[] = {{ODD_TIME, 0}, {ODD_TIME, 0}};
    struct flock range = {.l_type = fd > 0 ? F_WRLCK : F_RDLCK, .l_start = 4711, .l_len = 1};
    switch (what) {
    case A_FILE: put(path, O_CREAT, "left"); break;
    case A_FOLDER: mkdir(path, 0700); break;
    case A_FIFO: mkfifo(path, 0666); break;
    case NO_FILE: unlink(path); break;
    case NEW_TEXT: put(path, O_TRUNC, "left"); break;
    case MORE_TEXT: put(path, O_APPEND, "# left\n"), chmod(path, ODD_MODE); break;
    case NUMBER_65: put(path, 0, "65"); break;
    case ITS_MODE: chmod(path, ODD_MODE); break;
    case TIMES: utimensat(AT_FDCWD, path, odd, 0); break;
    case ATTRIBUTE: setxattr(path, "user.left", "left", 4, 0); break;
    case RIGHTS: set_file_capability(path), chmod(path_in(path, "left-program"), 06755); break;
    case DEEP_TREE: make_deep_tree(path); break;
    case FULL: fill(path); break;
    case MANY_FILES: make_many_files(path); break;
    case GROUP: check(fchown(fd, -1, 77), path); break; // the owner may, if it is in that group
    case SIGNAL: fcntl(fd, F_SETOWN, getpid()), fcntl(fd, F_SETSIG, 40); break;
    case LOCK: flock(fd, LOCK_EX | LOCK_NB); break;
    case RANGE_LOCK: fcntl(fd, F_OFD_SETLK, &range); break;
    case HINT: fcntl(fd, F_SET_RW_HINT, &(unsigned long){RWH_WRITE_LIFE_LONG}); break;
    case FLAGS: fcntl(fd, F_SETFL, O_NONBLOCK | O_APPEND), fcntl(fd, F_SETPIPE_SZ, fd == 1 ? 4096 : 1 << 17); break;
    case SYMLINK: unlink(path), check(symlink("/proc/1/root", path), path); break;
    case HARD_LINK: check(link("/bin/x", path), path); break;
    case SYSTEM_V: system_v(IPC_CREAT | 0666); break;
    case QUEUE: mq_open("/left-queue", O_RDWR | O_CREAT, 0666, NULL); break;
    case IN_FLIGHT: leave_in_flight(); break;
    case SOCKET_FILE: bound_socket(SOCK_STREAM, &(struct sockaddr_un){AF_UNIX, "/tmp/left-socket"}); break;
    case CONNECTION: case METRICS: leave_connection(); break;
    case LABEL: leave_label(); break;
    case PROCESS: leave_process(); break;
    case HOST_NAME: check(sethostname("left", 4), path), put(path, 0, "left"); break;
    case KEY: syscall(SYS_add_key, "user", "left", "left", 4, -4), syscall(SYS_add_key, "user", "left", "left", 4, -5); break;
    case LIMITS: leave_limits(); break;
    case STATE: leave_process_state(); break;
    case INIT_STATE: leave_attributes_of_init(); break;
    case SESSION_PRIORITY: leave_session_priority(path); break;
    case NO_FOLDER: leave_no_folder(); break;
    }
}

static int is_left(enum what what, const char *path) {
    int fd = descriptor_of(path);
    int other = what == LOCK || what == RANGE_LOCK ? open(path, O_RDWR | O_NONBLOCK) : -1; // which has locks of its own
    struct flock range = {.l_type = F_WRLCK};
    unsigned long hint = 0;
    struct stat found = {0};
    stat(path, &found);
    switch (what) {
    case A_FILE: case A_FOLDER: case A_FIFO: case HARD_LINK: case SOCKET_FILE: case DEEP_TREE: return is_there(path);
    case NO_FILE: return !is_there(path);
    case NEW_TEXT: case HOST_NAME: return has_text(path, "left");
    case MORE_TEXT: return has_text(path, "# left") || (found.st_mode & 07777) == ODD_MODE;
    case NUMBER_65: return has_text(path, "65");
    case ITS_MODE: return (found.st_mode & 07777) == ODD_MODE;
    case TIMES: return found.st_mtime == ODD_TIME || found.st_atime == ODD_TIME;
    case ATTRIBUTE: return getxattr(path, "user.left", space, sizeof space) >= 0;
    case RIGHTS: return is_there(path_in(path, "left-program"));
    case FULL: case MANY_FILES: return is_full(path);
    case GROUP: return found.st_gid == 77;
    case SIGNAL: return fcntl(fd, F_GETSIG) || fcntl(fd, F_GETOWN);
    case LOCK: return flock(other, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK;
    case RANGE_LOCK: return fcntl(other, F_OFD_GETLK, &range) == 0 && range.l_type != F_UNLCK;
    case HINT: return fcntl(fd, F_GET_RW_HINT, &hint) == 0 && hint;
    case FLAGS: return fcntl(fd, F_GETFL) & (O_NONBLOCK | O_APPEND) || (fd > 0 && fcntl(fd, F_GETPIPE_SZ) != 65536);
    case SYMLINK: return lstat(path, &found) == 0 && S_ISLNK(found.st_mode);
    case SYSTEM_V: return system_v(0);
    case QUEUE: return mq_open("/left-queue", O_RDWR) >= 0;
    case IN_FLIGHT: return has_text("/proc/net/unix", "@in-flight");
    case CONNECTION: return has_text("/proc/net/tcp", ":1267"); // port 4711
    case METRICS: return has_metrics();
    case LABEL: return has_text("/proc/net/ip6_flowlabel", "04711");
    case PROCESS: return has_process();
    case KEY: return syscall(SYS_request_key, "user", "left", NULL, 0) >= 0 || has_text("/proc/keys", "left");
    case LIMITS: return has_limits();
    case STATE: return has_process_state();
    case INIT_STATE: return has_attributes_of_init();
    case SESSION_PRIORITY: return has_text(path, " nice 5");
    case NO_FOLDER: return is_in_no_folder();
    }
    return 0;
}

static int trace(const char *name, int leaves, int finds) {
    const struct kind *kind = kinds;
    while (kind < kinds + COUNT(kinds) && strcmp(kind->name, name) != 0) kind++;
    if (kind == kinds + COUNT(kinds)) return 99;
    for (const char *const *path = kind->paths; leaves && *path; path++) leave(kind->what, *path);
    for (const char *const *path = kind->paths; finds && *path; path++) {
        if (is_left(kind->what, *path)) printf("a trace at %s\n", *path);
    }
    fflush(stdout);
    return 0;
}

int escape(const char *argument) {
    list_only = strcmp(argument, "list") == 0;
    if (list_only || strcmp(argument, "try") == 0) return try_all();
    if (strcmp(argument, "look") == 0) return look();
    if (strncmp(argument, "gained ", 7) == 0) return gained(atoi(argument + 7));
    if (strncmp(argument, "leave ", 6) == 0) return trace(argument + 6, 1, 0);
    if (strncmp(argument, "find ", 5) == 0) return trace(argument + 5, 0, 1);
    if (strncmp(argument, "both ", 5) == 0) return trace(argument + 5, 1, 1);
    for (size_t i = 0; i < COUNT(kinds); i++) puts(kinds[i].name);
    return strcmp(argument, "kinds") == 0 ? 0 : 99;
}
