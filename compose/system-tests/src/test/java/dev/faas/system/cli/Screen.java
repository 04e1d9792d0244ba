package dev.faas.system.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.testing.Await;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A terminal with a shell in it, by tmux: types as a person does, and reads what the screen shows. */
public final class Screen implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String PROMPT = "ready> ";

    private final String socket = "faas-" + UUID.randomUUID().toString().substring(0, 8);

    private Screen() {}

    public static Screen open(InstalledClient client, int columns, int rows) throws IOException, InterruptedException {
        var screen = new Screen();
        var command = new ArrayList<>(List.of("env", "-u", "TMUX"));
        client.environment().forEach((name, value) -> command.add(name + "=" + value));
        command.addAll(List.of(
                "tmux",
                "-f",
                "/dev/null",
                "-L",
                screen.socket,
                "new-session",
                "-d",
                "-x",
                Integer.toString(columns),
                "-y",
                Integer.toString(rows),
                "env PS1='" + PROMPT + "' bash --norc --noprofile"));
        execute(command);
        screen.awaitText(PROMPT.strip());
        return screen;
    }

    /** Types a line and Enter. */
    public void type(String line) throws IOException, InterruptedException {
        keys("-l", line);
        keys("Enter");
    }

    /** Presses a key as tmux names it, such as C-c. */
    public void press(String key) throws IOException, InterruptedException {
        keys(key);
    }

    private void keys(String... keys) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("tmux", "-L", socket, "send-keys"));
        command.addAll(List.of(keys));
        execute(command);
    }

    /** What a person sees, without the blanks at the ends of lines. */
    public String text() throws IOException, InterruptedException {
        return execute(List.of("tmux", "-L", socket, "capture-pane", "-p")).stripTrailing();
    }

    /** With the lines that have left the screen. */
    public String history() throws IOException, InterruptedException {
        return execute(List.of("tmux", "-L", socket, "capture-pane", "-p", "-S", "-"))
                .stripTrailing();
    }

    public String awaitText(String wanted) throws IOException, InterruptedException {
        return await(wanted, text -> text.contains(wanted));
    }

    /** Waits until the command has ended and the shell asks for the next one. */
    public String awaitPrompt() throws IOException, InterruptedException {
        return await("the prompt", text -> text.endsWith(PROMPT.strip()));
    }

    public String await(String what, Predicate<String> wanted) throws IOException, InterruptedException {
        try {
            Await.until(what, LIMIT, () -> wanted.test(text()));
        } catch (org.awaitility.core.ConditionTimeoutException e) {
            throw new AssertionError("no " + what + " on the screen:\n" + history(), e);
        }
        return text();
    }

    private static String execute(List<String> command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        var out = process.inputReader().readAllAsString();
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(command + ": " + out).isZero();
        return out;
    }

    @Override
    public void close() throws IOException {
        try {
            execute(List.of("tmux", "-L", socket, "kill-server"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
