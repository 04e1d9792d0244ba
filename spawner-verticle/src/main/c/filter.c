#define _GNU_SOURCE
#include "filter.h"
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

// The second architecture is that of 32-bit programs. x32 programs use the first one, with a bit in the number.
#if defined(__x86_64__)
enum { NATIVE = AUDIT_ARCH_X86_64, OF_32_BIT = AUDIT_ARCH_I386, X32 = 0x40000000 };
#define CALL(name, on_x86, on_arm) {SYS_##name, on_x86}
#elif defined(__aarch64__)
enum { NATIVE = AUDIT_ARCH_AARCH64, OF_32_BIT = AUDIT_ARCH_ARM, X32 = 0 };
#define CALL(name, on_x86, on_arm) {SYS_##name, on_arm}
#else
#error "the numbers of the 32-bit system calls on this architecture are missing"
#endif

struct call {
    int native, of_32_bit;
};

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define IF_EQUAL(value, then, otherwise) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)(value), then, otherwise)
#define IF_ANY_BIT(bits, then, otherwise) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (unsigned)(bits), then, otherwise)
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, what)
#define REFUSE(error) RETURN(SECCOMP_RET_ERRNO | (error))
#define ALLOW RETURN(SECCOMP_RET_ALLOW)
#define NUMBER LOAD(nr), BPF_STMT(BPF_ALU | BPF_AND | BPF_K, ~X32)

enum { MAX_STEPS = 200 };

struct program {
    struct sock_filter steps[MAX_STEPS];
    unsigned short count;
};

static void add(struct program *program, const struct sock_filter *steps, int count) {
    for (int i = 0; i < count && program->count < MAX_STEPS; i++) program->steps[program->count++] = steps[i];
}

#define ADD(program, ...)                                                                                                  \
    add(program, (const struct sock_filter[]){__VA_ARGS__}, sizeof((struct sock_filter[]){__VA_ARGS__}) / sizeof(struct sock_filter))

static int install(struct program *program) {
    struct sock_fprog whole = {.len = program->count, .filter = program->steps};
    return program->count == MAX_STEPS ? -1 : prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &whole);
}

// Of all that a process may do to another one of its user, only a limit kills PID 1: the kernel itself sends SIGKILL to a
// process that exceeds RLIMIT_CPU. So prlimit64 is refused for process 1. The kernel reads the lower half of that argument.
int filter_protect_init(void) {
    static const struct call prlimit = CALL(prlimit64, 340, 369);
    struct program program = {.count = 0};
    ADD(&program, LOAD(arch), IF_EQUAL(NATIVE, 0, 3), NUMBER, IF_EQUAL(prlimit.native, 3, 6), IF_EQUAL(OF_32_BIT, 0, 5),
        LOAD(nr), IF_EQUAL(prlimit.of_32_bit, 0, 3), LOAD(args[0]), IF_EQUAL(1, 0, 1), REFUSE(EPERM), ALLOW);
    return install(&program);
}

static const struct call refused[] = {
    CALL(mount, 21, 21), CALL(umount2, 52, 52), CALL(pivot_root, 217, 218), CALL(chroot, 61, 61),
    CALL(setns, 346, 375), CALL(unshare, 310, 337), CALL(bpf, 357, 386), CALL(perf_event_open, 336, 364),
    CALL(fanotify_init, 338, 367), CALL(quotactl, 131, 131), CALL(sethostname, 74, 74), CALL(setdomainname, 121, 121),
    CALL(syslog, 103, 103), CALL(open_by_handle_at, 342, 371), CALL(open_tree, 428, 428), CALL(move_mount, 429, 429),
    CALL(fsopen, 430, 430), CALL(fsconfig, 431, 431), CALL(fsmount, 432, 432), CALL(fspick, 433, 433),
    CALL(mount_setattr, 442, 442),
#ifdef SYS_quotactl_fd
    CALL(quotactl_fd, 443, 443),
#endif
#ifdef SYS_lookup_dcookie
    CALL(lookup_dcookie, 253, 249),
#endif
#if defined(__x86_64__)
    {-1, 22}, // umount of 32-bit programs
#endif
};

enum { NAMESPACES = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWCGROUP };

// With ENOSYS for clone3, whose flags a filter cannot see, C libraries use clone.
static void add_refusals(struct program *program, int of_32_bit) {
    static const struct call clone = CALL(clone, 120, 120), clone3 = CALL(clone3, 435, 435);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        int number = of_32_bit ? refused[i].of_32_bit : refused[i].native;
        if (number >= 0) ADD(program, IF_EQUAL(number, 0, 1), REFUSE(EPERM));
    }
    ADD(program, IF_EQUAL(of_32_bit ? clone3.of_32_bit : clone3.native, 0, 1), REFUSE(ENOSYS));
    ADD(program, IF_EQUAL(of_32_bit ? clone.of_32_bit : clone.native, 0, 3), LOAD(args[0]), IF_ANY_BIT(NAMESPACES, 0, 1),
        REFUSE(EPERM), ALLOW);
}

int filter_refuse_admin_calls(void) {
    struct program native = {.count = 0}, other = {.count = 0}, all = {.count = 0};
    add_refusals(&native, 0);
    add_refusals(&other, 1);
    ADD(&all, LOAD(arch), IF_EQUAL(NATIVE, 0, native.count + 2), NUMBER);
    add(&all, native.steps, native.count);
    ADD(&all, IF_EQUAL(OF_32_BIT, 0, other.count + 1), LOAD(nr));
    add(&all, other.steps, other.count);
    ADD(&all, ALLOW);
    return install(&all);
}
