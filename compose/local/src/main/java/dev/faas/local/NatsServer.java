package dev.faas.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Runs a {@code nats-server} with JetStream as a child of this process, on free ports of the loopback address.
 *
 * <p>It writes to one directory only: {@code jetstream/}, {@code nats-server.log} and the ports file. Calls block; not
 * thread-safe.
 */
public final class NatsServer implements Server {
    private static final Duration START_LIMIT = Duration.ofSeconds(30);
    private static final Pattern PORTS = Pattern.compile(
            "\"nats\":\\s*\\[\\s*\"(?:nats|tls)://[^\"]*:(\\d+)\".*\"monitoring\":\\s*\\[\\s*\"http://[^\"]*:(\\d+)\".*}",
            Pattern.DOTALL);

    private final Path program;
    private final Path directory;
    private final @Nullable Path config;
    private final Map<String, String> environment;
    private final List<String> extraArguments;
    private ChildProcess child;
    private Ports ports;

    private record Ports(int client, int monitoring) {
        static final Ports FREE = new Ports(-1, -1);
    }

    private NatsServer(
            Path program,
            Path directory,
            @Nullable Path config,
            Map<String, String> environment,
            List<String> extraArguments)
            throws IOException {
        this.program = program;
        this.directory = Files.createDirectories(directory.toAbsolutePath());
        this.config = config;
        var variables = new HashMap<>(Sync.DEFAULT.variables());
        variables.putAll(environment);
        this.environment = Map.copyOf(variables);
        this.extraArguments = List.copyOf(extraArguments);
        this.child = launch(Ports.FREE);
        this.ports = awaitPorts();
    }

    /** Starts a server without users or passwords, for tests. */
    public static NatsServer start(Path directory) throws IOException {
        return start(directory, null, Map.of(), List.of());
    }

    /**
     * Starts a server with a configuration file. Its {@code $VARIABLES} come from {@code environment}, else from
     * {@link Sync#DEFAULT}.
     */
    public static NatsServer start(Path directory, Path config, Map<String, String> environment) throws IOException {
        return start(directory, config, environment, List.of());
    }

    /** Starts a server with or without a configuration file, and with further arguments. */
    static NatsServer start(
            Path directory, @Nullable Path config, Map<String, String> environment, List<String> extraArguments)
            throws IOException {
        return new NatsServer(program(Programs.find("nats-server")), directory, config, environment, extraArguments);
    }

    static Path program(Optional<Path> found) throws StartFailed {
        return found.orElseThrow(
                () -> new StartFailed("nats-server is not installed: it is neither on PATH nor in /usr/sbin or"
                        + " /usr/local/bin. On Debian: sudo apt-get install nats-server; elsewhere: https://nats.io/download;"
                        + " or set FAAS_NATS_URL to a running server."));
    }

    public int port() {
        return ports.client();
    }

    /** {@code nats://127.0.0.1:PORT}. */
    public String url() {
        return "nats://127.0.0.1:" + ports.client();
    }

    /** {@code http://127.0.0.1:PORT}. */
    public String monitoringUrl() {
        return "http://127.0.0.1:" + ports.monitoring();
    }

    @Override
    public long pid() {
        return child.pid();
    }

    @Override
    public void kill() throws IOException {
        child.kill();
    }

    @Override
    public CompletableFuture<?> onExit() {
        return child.onExit();
    }

    @Override
    public void restart() throws IOException {
        child.close();
        child = launch(ports);
        ports = awaitPorts();
    }

    @Override
    public void close() throws IOException {
        child.close();
    }

    private ChildProcess launch(Ports wanted) throws IOException {
        var arguments = new ArrayList<String>();
        arguments.add(program.toString());
        if (config != null) {
            arguments.addAll(List.of("-c", config.toAbsolutePath().toString()));
        }
        // The command line overrides the file.
        arguments.addAll(List.of("-a", "127.0.0.1", "-p", Integer.toString(wanted.client())));
        arguments.addAll(List.of("-m", Integer.toString(wanted.monitoring())));
        arguments.addAll(List.of("-js", "-sd", directory.toString()));
        arguments.addAll(List.of("--ports_file_dir", directory.toString()));
        arguments.addAll(extraArguments);
        var log = directory.resolve("nats-server.log");
        return ChildProcess.start(ChildProcess.Command.of("nats-server", arguments, environment, log));
    }

    private Ports awaitPorts() throws IOException {
        // The server writes this file, named after its pid, once it accepts connections.
        var file = directory.resolve(program.getFileName() + "_" + child.pid() + ".ports");
        child.awaitReady(START_LIMIT, () -> read(file).isPresent());
        var found = read(file)
                .orElseThrow(
                        () -> new StartFailed("the ports file of nats-server disappeared: " + file + "; start again"));
        Files.deleteIfExists(file);
        return found;
    }

    /** Empty until the file is complete. */
    private static Optional<Ports> read(Path file) {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            var matcher = PORTS.matcher(Files.readString(file));
            return matcher.find()
                    ? Optional.of(new Ports(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))))
                    : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
