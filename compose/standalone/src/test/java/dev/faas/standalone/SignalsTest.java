package dev.faas.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.testing.ProcessSignal;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SignalsTest {
    private Process process;
    private BufferedReader out;

    /** Prints the signals that it receives, until its input ends. */
    static final class Listener {
        private Listener() {}

        public static void main(String[] args) throws IOException {
            Signals.onStop(() -> System.out.println("first"), () -> System.out.println("further"));
            System.out.println("ready");
            var unused = System.in.readAllBytes();
        }
    }

    @AfterEach
    void kill() {
        process.destroyForcibly();
    }

    @Test
    void repeatedHangUpsAskForOneStop() throws Exception {
        start("env", "--default-signal=HUP");
        send("HUP");
        assertThat(out.readLine()).isEqualTo("first");

        send("HUP");
        send("HUP");
        send("TERM");

        assertThat(out.readLine()).isEqualTo("further");
        assertThat(rest()).isEmpty();
    }

    @Test
    void underNohup_aHangUpIsIgnored() throws Exception {
        start("nohup");

        send("HUP");
        send("TERM");

        assertThat(out.readLine()).isEqualTo("first");
        assertThat(rest()).isEmpty();
    }

    private void start(String... wrapper) throws IOException {
        var command = new ArrayList<>(List.of(wrapper));
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Listener.class.getName()));
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        out = process.inputReader(StandardCharsets.UTF_8);
        assertThat(out.readLine()).isEqualTo("ready");
    }

    private void send(String signal) throws IOException {
        ProcessSignal.send(signal, process.pid());
    }

    private List<String> rest() throws IOException, InterruptedException {
        process.outputWriter(StandardCharsets.UTF_8).close();
        var lines = out.lines().toList();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return lines;
    }
}
