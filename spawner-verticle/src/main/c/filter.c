#define _GNU_SOURCE
#include "filter.h"
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

// The second architecture is that of 32-bit programs. x32 programs use the first one, with a bit in the number.
#if defined(__x86_64__)
enum { NATIVE = AUDIT_ARCH_X86_64, OF_32_BIT = AUDIT_ARCH_I386, PRLIMIT64_OF_32_BIT = 340, X32 = 0x40000000 };
#elif defined(__aarch64__)
enum { NATIVE = AUDIT_ARCH_AARCH64, OF_32_BIT = AUDIT_ARCH_ARM, PRLIMIT64_OF_32_BIT = 369, X32 = 0 };
#else
#error "the numbers of prlimit64 on this architecture are missing"
#endif

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define IF_EQUAL(value, then, otherwise) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)(value), then, otherwise)
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, what)

// Of all that a process may do to another one of its user, only a limit kills PID 1: the kernel itself sends SIGKILL to a
// process that exceeds RLIMIT_CPU. So prlimit64 is refused for process 1. The kernel reads the lower half of that argument.
int filter_install(void) {
    static struct sock_filter steps[] = {
        LOAD(arch),
        IF_EQUAL(NATIVE, 0, 3),
        LOAD(nr),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, ~X32),
        IF_EQUAL(SYS_prlimit64, 3, 6),
        IF_EQUAL(OF_32_BIT, 0, 5),
        LOAD(nr),
        IF_EQUAL(PRLIMIT64_OF_32_BIT, 0, 3),
        LOAD(args[0]),
        IF_EQUAL(1, 0, 1),
        RETURN(SECCOMP_RET_ERRNO | EPERM),
        RETURN(SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof steps / sizeof *steps, .filter = steps};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}
