package dev.faas.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests that the kernel ends the children of a process that was killed with SIGKILL. */
@Timeout(120)
class OrphansTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    /** The process to kill. It prints the process ids of its children and waits for the end of its input. */
    static final class ServersProcess {
        private ServersProcess() {}

        public static void main(String[] arguments) throws IOException {
            var directory = Path.of(arguments[0]);
            try (var nats = NatsServer.start(directory.resolve("nats"));
                    var postgres = PostgresServer.start(directory.resolve("postgres"))) {
                System.out.println("children " + nats.pid() + " " + postgres.pid());
                System.in.read();
            }
        }
    }

    @Test
    void givenServersRun_whenOurProcessIsKilled_thenTheyEndAndTheDataIsGoodForTheNext() throws Exception {
        var process = startServersProcess();
        var children = new ArrayList<Long>();
        try {
            children.addAll(childrenOf(process));
            assertThat(children)
                    .hasSize(2)
                    .allMatch(pid -> ProcessHandle.of(pid).isPresent());
        } finally {
            process.destroyForcibly();
        }

        for (var child : children) {
            assertThat(ProcessTable.awaitEnd(child, LIMIT)).as("pid " + child).isTrue();
        }
        assertThat(ProcessTable.awaitNoneIn(directory.resolve("postgres/cluster/data"), LIMIT))
                .isTrue();
        try (var nats = NatsServer.start(directory.resolve("nats"));
                var postgres = PostgresServer.start(directory.resolve("postgres"))) {
            assertThat(nats.port()).isPositive();
            assertThat(postgres.port()).isPositive();
        }
    }

    @Test
    void givenServersRun_whenOurProcessEndsInOrder_thenItLeavesNothing() throws Exception {
        var process = startServersProcess();
        var children = childrenOf(process);
        process.getOutputStream().close();
        assertThat(process.onExit().get(20, TimeUnit.SECONDS).exitValue()).isZero();
        assertThat(children).hasSize(2).noneMatch(pid -> ProcessHandle.of(pid).isPresent());
    }

    private Process startServersProcess() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ServersProcess.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static List<Long> childrenOf(Process process) throws IOException {
        var out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        var children = new ArrayList<Long>();
        for (var line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith("children ")) {
                for (var pid : line.substring("children ".length()).split(" ", -1)) {
                    children.add(Long.parseLong(pid));
                }
                return children;
            }
        }
        throw new IOException("the process ended before it printed its children");
    }
}
