package dev.faas.bench.budget;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the processes of one part have used since they began, from {@code /proc}.
 *
 * @param processorMs also of children that have ended
 * @param switches voluntary and involuntary context switches of the threads that exist
 * @param writtenBytes to files ({@code write_bytes}); null: this user may not read it
 */
record ProcessCosts(
        double processorMs, long switches, @Nullable Long writtenBytes) {
    private static final Path PROC = Path.of("/proc");
    private static final Pattern SWITCHES = Pattern.compile("(?m)^(?:non)?voluntary_ctxt_switches:\\s+(\\d+)$");
    private static final Pattern WRITTEN = Pattern.compile("(?m)^write_bytes: (\\d+)$");
    private static final String CONTAINERS = "containers, their shims";
    /** Processes of Docker, by the beginning of their command's name. Containers are descendants of shims. */
    private static final Map<String, String> BY_COMMAND =
            Map.of("dockerd", "dockerd", "containerd-shim", CONTAINERS, "containerd", "containerd");
    /** Before they end, shims become children of the first process, which then has their time and that of their children. */
    private static final String ENDED = "ended shims and containers";

    private static final long FIRST = 1;
    private static final int TICK_MS = 10;
    static final ProcessCosts NONE = new ProcessCosts(0, 0, 0L);

    /**
     * The parent, and the time in ticks.
     *
     * @param children that have ended
     */
    record Stat(String command, long parent, long own, long children) {
        /** @param text of {@code /proc/PID/stat} */
        static Stat of(String text) {
            int end = text.lastIndexOf(')');
            var fields = text.substring(end + 2).split(" ");
            return new Stat(
                    text.substring(text.indexOf('(') + 1, end),
                    Long.parseLong(fields[1]),
                    Long.parseLong(fields[11]) + Long.parseLong(fields[12]),
                    Long.parseLong(fields[13]) + Long.parseLong(fields[14]));
        }
    }

    /**
     * Reads the costs of each part, and of Docker's: of a process and its descendants that belong to no other part.
     *
     * @param parts their first processes
     */
    static Map<String, ProcessCosts> read(Map<String, Long> parts) throws IOException {
        var processes = new HashMap<Long, Stat>();
        for (var process : numbered(PROC)) {
            read(process.resolve("stat"))
                    .ifPresent(text ->
                            processes.put(Long.parseLong(process.getFileName().toString()), Stat.of(text)));
        }
        var firsts = new HashMap<Long, String>();
        processes.forEach((pid, stat) -> {
            var part = BY_COMMAND.get(stat.command());
            if (part != null) {
                firsts.put(pid, part);
            }
        });
        parts.forEach((part, pid) -> firsts.put(pid, part));

        var costs = new LinkedHashMap<String, ProcessCosts>();
        parts.keySet().forEach(part -> costs.put(part, NONE));
        for (var each : processes.entrySet()) {
            var part = partOf(each.getKey(), firsts, processes);
            if (part != null) {
                costs.merge(part, of(each.getKey(), each.getValue()), ProcessCosts::plus);
            }
        }
        var first = processes.get(FIRST);
        costs.put(ENDED, new ProcessCosts(first == null ? 0 : (double) TICK_MS * first.children(), 0, 0L));
        return costs;
    }

    private static @Nullable String partOf(long process, Map<Long, String> firsts, Map<Long, Stat> processes) {
        var part = firsts.get(process);
        var stat = processes.get(process);
        return part != null || stat == null ? part : partOf(stat.parent(), firsts, processes);
    }

    private static ProcessCosts of(long pid, Stat stat) throws IOException {
        var process = PROC.resolve(Long.toString(pid));
        long switches = 0;
        for (var thread : numbered(process.resolve("task"))) {
            switches += switches(read(thread.resolve("status")).orElse(""));
        }
        return new ProcessCosts((double) TICK_MS * (stat.own() + stat.children()), switches, written(process));
    }

    /** @param status the text of {@code /proc/PID/task/TID/status} */
    static long switches(String status) {
        return SWITCHES.matcher(status)
                .results()
                .mapToLong(found -> Long.parseLong(found.group(1)))
                .sum();
    }

    private static @Nullable Long written(Path process) {
        var file = process.resolve("io");
        if (!Files.isReadable(file)) {
            return null;
        }
        var found = WRITTEN.matcher(read(file).orElse(""));
        return found.find() ? Long.parseLong(found.group(1)) : null;
    }

    /** Of processes or threads; none when the process has ended. */
    private static List<Path> numbered(Path parent) throws IOException {
        if (!Files.isDirectory(parent)) {
            return List.of();
        }
        var found = new ArrayList<Path>();
        try (var all = Files.newDirectoryStream(parent, "[0-9]*")) {
            all.forEach(found::add);
        }
        return found;
    }

    /** Empty when the process has ended. */
    private static Optional<String> read(Path file) {
        try {
            return Optional.of(Files.readString(file));
        } catch (IOException ended) {
            return Optional.empty();
        }
    }

    ProcessCosts plus(ProcessCosts other) {
        return new ProcessCosts(
                processorMs + other.processorMs,
                switches + other.switches,
                writtenBytes == null || other.writtenBytes == null ? null : writtenBytes + other.writtenBytes);
    }
}
