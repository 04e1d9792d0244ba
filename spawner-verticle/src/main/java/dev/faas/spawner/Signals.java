package dev.faas.spawner;

import java.util.List;
import java.util.Optional;

/** Linux signal numbers, as they show in exit codes: 128 + number, by the convention of shells, Docker and tini. */
final class Signals {

    private static final int BASE = 128;
    private static final int FIRST_REALTIME = 34;
    private static final int LAST = 64;

    /** From 1 on; the numbering of x86 and ARM. */
    private static final List<String> NAMES = List.of(
            "SIGHUP",
            "SIGINT",
            "SIGQUIT",
            "SIGILL",
            "SIGTRAP",
            "SIGABRT",
            "SIGBUS",
            "SIGFPE",
            "SIGKILL",
            "SIGUSR1",
            "SIGSEGV",
            "SIGUSR2",
            "SIGPIPE",
            "SIGALRM",
            "SIGTERM",
            "SIGSTKFLT",
            "SIGCHLD",
            "SIGCONT",
            "SIGSTOP",
            "SIGTSTP",
            "SIGTTIN",
            "SIGTTOU",
            "SIGURG",
            "SIGXCPU",
            "SIGXFSZ",
            "SIGVTALRM",
            "SIGPROF",
            "SIGWINCH",
            "SIGIO",
            "SIGPWR",
            "SIGSYS");

    private Signals() {}

    /** The signal an exit code tells of; a command that exits with such a code by itself cannot be told apart. */
    static Optional<Ending.Signalled> in(int exitCode) {
        int number = exitCode - BASE;
        if (number >= 1 && number <= NAMES.size()) {
            return Optional.of(new Ending.Signalled(number, NAMES.get(number - 1)));
        }
        if (number >= FIRST_REALTIME && number <= LAST) {
            return Optional.of(new Ending.Signalled(number, "SIGRTMIN+" + (number - FIRST_REALTIME)));
        }
        return Optional.empty();
    }
}
