package dev.faas.cli.run;

import static dev.faas.cli.run.EventStreamStub.EVENTS;
import static dev.faas.cli.run.EventStreamStub.ID;
import static dev.faas.cli.run.EventStreamStub.out;
import static dev.faas.cli.run.EventStreamStub.record;
import static dev.faas.cli.run.EventStreamStub.state;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.cli.StubServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** With SIGTERM, because a process that was started in the background may ignore SIGINT. The client treats them alike. */
@Timeout(60)
class InterruptionTest {
    private static final int EXIT_OF_SIGTERM = 143;

    @AutoClose
    private final StubServer server = new StubServer();

    private record Ended(int exit, String err) {}

    private Ended interruptAttach(String... flags) throws Exception {
        server.on("GET", EVENTS, exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            var events = state(1, record("queued", 0, "")) + state(2, record("running", 1, "")) + out(3, "one\n");
            exchange.getResponseBody().write(events.getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush(); // and never ends
        });
        var command = new java.util.ArrayList<>(java.util.List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "dev.faas.cli.Main",
                "attach",
                ID));
        command.addAll(java.util.List.of(flags));
        var builder = new ProcessBuilder(command);
        builder.environment().put("FAAS_URL", server.url());
        builder.environment().put("FAAS_TOKEN", "token");
        var client = builder.start();
        try {
            assertThat(client.inputReader().readLine()).isEqualTo("one");
            // Process.destroy closes the streams as well.
            client.toHandle().destroy();
            assertThat(client.waitFor(20, TimeUnit.SECONDS)).isTrue();
            return new Ended(client.exitValue(), errorsOf(client));
        } finally {
            client.destroyForcibly();
        }
    }

    private static String errorsOf(Process client) throws IOException {
        return new String(client.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void saysHowToGoOn() throws Exception {
        assertThat(interruptAttach())
                .isEqualTo(new Ended(
                        EXIT_OF_SIGTERM,
                        "still running.\nResume: faas attach %s --after 3\nStop: faas activation cancel %s\n"
                                .formatted(ID, ID)));
    }

    @Test
    void cancels() throws Exception {
        server.on("DELETE", "/v1/activations/" + ID, 202, "{}");

        assertThat(interruptAttach("--on-interrupt", "cancel"))
                .isEqualTo(new Ended(EXIT_OF_SIGTERM, ID + " is being cancelled.\n"));
    }

    /** The process must end within 20 s. */
    @Test
    void aServerThatIsSilentDoesNotHoldTheEndBack() throws Exception {
        server.on("DELETE", "/v1/activations/" + ID, exchange -> {
            // and never answers
        });

        assertThat(interruptAttach("--on-interrupt", "cancel").err())
                .startsWith("cannot cancel: no answer from " + server.url())
                .contains("still running.\nResume: faas attach");
    }

    @Test
    void textOfTheServerCannotControlTheTerminal() throws Exception {
        server.on("DELETE", "/v1/activations/" + ID, 409, "{\"detail\":\"\\u001b[2Jx\"}");

        assertThat(interruptAttach("--on-interrupt", "cancel").err()).startsWith("cannot cancel: \\x1b[2Jx\n");
    }
}
