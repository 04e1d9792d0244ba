package dev.faas.bench.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Reads the memory of processes from {@code /proc}.
 *
 * @param process its name
 * @param residentBytes all its pages in memory (Rss), shared ones too
 * @param proportionalBytes the same, with each shared page divided by its users (Pss): may be added up
 */
public record Memory(String process, long residentBytes, long proportionalBytes) {
    private static final double MIB = 1 << 20;

    /** Of a process and its descendants, except those that end meanwhile. */
    public static List<Memory> ofTree(ProcessHandle first) throws IOException {
        var found = new ArrayList<Memory>();
        for (var process : Stream.concat(Stream.of(first), first.descendants()).toList()) {
            of(process).ifPresent(found::add);
        }
        return found;
    }

    private static Optional<Memory> of(ProcessHandle process) throws IOException {
        var directory = Path.of("/proc", Long.toString(process.pid()));
        try {
            return Optional.of(of(
                    Files.readString(directory.resolve("comm")).strip(),
                    Files.readString(directory.resolve("smaps_rollup"))));
        } catch (IOException e) {
            if (process.isAlive()) {
                throw e;
            }
            return Optional.empty();
        }
    }

    /** @param rollup the text of {@code /proc/PID/smaps_rollup} */
    static Memory of(String process, String rollup) {
        return new Memory(process, bytes(rollup, "Rss:"), bytes(rollup, "Pss:"));
    }

    private static long bytes(String rollup, String key) {
        return rollup.lines()
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(key.length()).strip().split(" ")[0])
                .mapToLong(kib -> Long.parseLong(kib) * 1024)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no " + key + " in " + rollup));
    }

    public static double residentMib(List<Memory> all, String process) {
        return all.stream()
                        .filter(each -> each.process.equals(process))
                        .mapToLong(Memory::residentBytes)
                        .sum()
                / MIB;
    }

    public static double proportionalMib(List<Memory> all) {
        return all.stream().mapToLong(Memory::proportionalBytes).sum() / MIB;
    }
}
