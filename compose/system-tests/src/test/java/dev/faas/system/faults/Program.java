package dev.faas.system.faults;

import dev.faas.local.ChildProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** Runs a part that is one program. */
final class Program implements Part {
    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private final ChildProcess.Command command;
    private ChildProcess child;

    private Program(ChildProcess.Command command) throws IOException {
        this.command = command;
        this.child = ChildProcess.start(command);
    }

    static Program start(String name, List<String> line, Map<String, String> environment, Path logs)
            throws IOException {
        var variables = new HashMap<>(environment);
        variables.put("PATH", PATH);
        return new Program(ChildProcess.Command.of(name, line, variables, logs.resolve(name + ".log")));
    }

    /** Starts one of our services. */
    static Program service(String name, Path jar, Map<String, String> environment, Path logs) throws IOException {
        var line = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m"));
        line.addAll(List.of("-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"));
        line.addAll(List.of(
                "--sun-misc-unsafe-memory-access=allow",
                "-jar",
                jar.toAbsolutePath().normalize().toString()));
        return start(name, line, environment, logs);
    }

    void awaitReady(Duration limit, BooleanSupplier ready) throws IOException {
        child.awaitReady(limit, ready);
    }

    @Override
    public String name() {
        return command.name();
    }

    @Override
    public void kill() throws IOException {
        child.kill();
    }

    @Override
    public void restart() throws IOException {
        child = ChildProcess.start(command);
    }

    @Override
    public long pid() {
        return child.pid();
    }

    @Override
    public void close() throws IOException {
        child.close();
    }
}
