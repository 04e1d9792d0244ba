package dev.faas.cli.run;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Says how an activation ended: in a sentence, and as an exit code.
 *
 * @param record as the server sent it
 */
public record Outcome(Doc record) {
    private static final int NOT_EXECUTABLE = 126;
    private static final int NOT_FOUND = 127;
    private static final int SIGNAL_BASE = 128;
    private static final int FIRST_REALTIME = 34;
    private static final List<String> SIGNALS = List.of(
            "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
            "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
            "WINCH", "IO", "PWR", "SYS");

    public String id() {
        return record.text("activationId");
    }

    public boolean hasEnded() {
        return !List.of("", "queued", "running").contains(record.text("status"));
    }

    public boolean isHappy() {
        return record.text("status").equals("succeeded");
    }

    /** Of verbs that only tell success from failure. */
    public int exit() {
        return isHappy() ? Exit.OK : Exit.UNHAPPY;
    }

    /** The code that the command itself, or Docker in its place, would have ended with. */
    public int exitOfCommand() {
        if (isHappy()) {
            return Exit.OK;
        }
        return switch (record.text("reason")) {
            case "exit_code" ->
                (int) record.findNumber("exitCode").orElse((long) Exit.UNHAPPY).longValue();
            case "signal" -> SIGNAL_BASE + signalNumber(record.text("signal"));
            case "out_of_memory" -> Exit.OUT_OF_MEMORY;
            case "timed_out" -> Exit.TIMED_OUT;
            case "start_failed" -> exitOfStart(record.text("detail"));
            default -> Exit.NOT_THE_COMMANDS;
        };
    }

    /** As in Docker and in a shell. The record has no field for the cause, only its text. */
    private static int exitOfStart(String detail) {
        if (!detail.startsWith("cannot execute ")) {
            return Exit.NOT_THE_COMMANDS;
        }
        return detail.contains("No such file") ? NOT_FOUND : NOT_EXECUTABLE;
    }

    private static int signalNumber(String name) {
        var plain = name.toUpperCase(Locale.ROOT).replaceFirst("^SIG(NAL )?", "");
        int known = SIGNALS.indexOf(plain) + 1;
        if (known > 0) {
            return known;
        }
        int base = plain.startsWith("RTMIN+") ? FIRST_REALTIME : 0;
        var digits = plain.replaceFirst("^RTMIN\\+", "");
        return digits.matches("[0-9]{1,2}") ? base + Integer.parseInt(digits) : 0;
    }

    /** Status, cause and reason, such as {@code 06b7… failed: exit code 3 (exit_code)}. */
    public String sentence() {
        var causes = new ArrayList<String>();
        record.findNumber("exitCode").filter(code -> code != 0).ifPresent(code -> causes.add("exit code " + code));
        var detail = record.text("detail").strip().replaceFirst("\\.$", "");
        var signal = record.find("signal").map(name -> "killed by " + name);
        signal.filter(text -> !detail.equalsIgnoreCase(text)).ifPresent(causes::add);
        if (!detail.isEmpty()) {
            causes.add(detail);
        }
        return id() + " " + record.text("status").replace('_', ' ')
                + (causes.isEmpty() ? "" : ": " + String.join(", ", causes))
                + record.find("reason").map(reason -> " (" + reason + ")").orElse("");
    }

    /** What would help a command that needs more than it may have. */
    public Optional<String> remedy() {
        return switch (record.text("reason")) {
            case "out_of_memory" -> Optional.of("More memory: -m (faas run, faas fn update).");
            case "timed_out" -> Optional.of("More time: --timeout (faas run, faas invoke, faas fn update).");
            default -> Optional.empty();
        };
    }

    /** What the command wrote and the platform did not keep; empty when it kept all. */
    public List<String> truncations() {
        var notes = new ArrayList<String>();
        addTruncation(notes, "result", "stdout", "resultKb");
        addTruncation(notes, "log", "stderr", "logKb");
        return notes;
    }

    private void addTruncation(List<String> notes, String field, String stream, String limit) {
        if (record.isTrue(field + "Truncated")) {
            notes.add("%s was cut after %d bytes: the function's limits.%s"
                    .formatted(stream, record.number(field + "Bytes"), limit));
        }
    }
}
