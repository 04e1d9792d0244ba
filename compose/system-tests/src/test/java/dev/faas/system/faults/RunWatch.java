package dev.faas.system.faults;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Counts how often each argument was run, independently of the platform: the kernel writes a record for every process that ends
 * on this machine (process accounting, acct(2) and acct(5), version 3). The functions of the load execute a program whose file
 * is named after their argument ({@link #TRACE}); the record has that name. A marked process at the beginning and at the end
 * shows that no record is missing. Needs root; only one per machine.
 */
final class RunWatch implements AutoCloseable {
    /** The first shell line of each function: leaves one record with the first 15 bytes of {@code $1} as its name. */
    static final String TRACE = "/bin/busybox ln -s /bin/busybox \"/tmp/$1\"; \"/tmp/$1\" 2>/dev/null; ";

    private static final int RECORD_BYTES = 64;
    private static final int NAME_AT = 48;
    private static final int NAME_BYTES = 15;

    @SuppressWarnings("restricted") // there is no other way to a system call
    private static final MethodHandle ACCT = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().findOrThrow("acct"),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));

    private final String marker;
    private final Path folder;
    private final Path records;
    private final FileChannel lock;
    private int canaries;

    private RunWatch(String marker, Path folder, Path records, FileChannel lock) {
        this.marker = marker;
        this.folder = folder;
        this.records = records;
        this.lock = lock;
    }

    /** @param marker prefix of the counted names */
    static RunWatch start(String marker) throws IOException, InterruptedException {
        var lock = FileChannel.open(
                Path.of(System.getProperty("java.io.tmpdir"), "faas-accounting.lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        if (lock.tryLock() == null) {
            lock.close();
            throw new IOException("another process counts runs on this machine: wait until it has ended");
        }
        var folder = Files.createTempDirectory("faas-runs");
        var watch = new RunWatch(marker, folder, Files.createFile(folder.resolve("records")), lock);
        setAccounting(watch.records);
        watch.checkAccounting();
        return watch;
    }

    /** The number of executions of each name. Throws if records may be missing. */
    Map<String, Integer> countRuns() throws IOException, InterruptedException {
        checkAccounting();
        var runs = read();
        runs.keySet().removeIf(name -> !name.startsWith(marker));
        return runs;
    }

    static String name(String argument) {
        return argument.length() > NAME_BYTES ? argument.substring(0, NAME_BYTES) : argument;
    }

    private Map<String, Integer> read() throws IOException {
        var bytes = Files.readAllBytes(records);
        var runs = new HashMap<String, Integer>();
        for (int at = 0; at + RECORD_BYTES <= bytes.length; at += RECORD_BYTES) {
            var name = Arrays.copyOfRange(bytes, at + NAME_AT, at + RECORD_BYTES);
            runs.merge(new String(name, StandardCharsets.ISO_8859_1).split("\0", 2)[0], 1, Integer::sum);
        }
        return runs;
    }

    /** The kernel stops accounting while the disk is nearly full, or when another program takes it over. */
    private void checkAccounting() throws IOException, InterruptedException {
        var name = "canary-" + ++canaries;
        var program = Files.createSymbolicLink(folder.resolve(name), Path.of("/bin/busybox"));
        var process = new ProcessBuilder(program.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!process.waitFor(10, TimeUnit.SECONDS) || read().getOrDefault(name, 0) != 1) {
            throw new IOException(
                    "the kernel wrote no record of " + program + ": is accounting off, or the disk full?");
        }
    }

    private static void setAccounting(@Nullable Path file) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var name = file == null ? MemorySegment.NULL : arena.allocateFrom(file.toString());
            if ((int) ACCT.invokeExact(name) != 0) {
                throw new IOException("process accounting cannot be switched on; are you root?");
            }
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws IOException {
        setAccounting(null);
        try (var files = Files.list(folder)) {
            for (var file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
        lock.close();
    }
}
