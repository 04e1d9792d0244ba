package dev.faas.system.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.testing.Await;
import dev.faas.testing.Command;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** A terminal with a shell in it, by tmux: types as a person does, and reads what the screen shows. */
public final class Screen implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String PROMPT = "ready> ";

    /** What a command line printed. */
    public record Shown(int exit, String text) {}

    private final String socket = "faas-" + UUID.randomUUID().toString().substring(0, 8);
    private int commands;
    private boolean open = true;

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
                "-c",
                client.home().toString(),
                "-x",
                Integer.toString(columns),
                "-y",
                Integer.toString(rows),
                "env PS1='" + PROMPT + "' bash --norc --noprofile"));
        Command.run(command.toArray(String[]::new));
        screen.awaitText(PROMPT.strip());
        return screen;
    }

    /** Types a line and Enter. */
    public void type(String line) throws IOException, InterruptedException {
        keys("-l", line);
        keys("Enter");
    }

    /** Types a command line on an empty screen, and waits until it has ended. It must fit the screen with its output. */
    public Shown run(String line) throws IOException, InterruptedException {
        start(line);
        return awaitEnd();
    }

    /** Types a command line on an empty screen. */
    public void start(String line) throws IOException, InterruptedException {
        commands++;
        type("clear; %s; echo \"[%d: $?]\"".formatted(line, commands));
    }

    /** Waits for the end of the line that was started. */
    public Shown awaitEnd() throws IOException, InterruptedException {
        var end = Pattern.compile("(?s)(.*)\\[%d: (\\d+)]\n%s".formatted(commands, PROMPT.strip()));
        var shown = end.matcher(
                await("the end of the command", text -> end.matcher(text).matches()));
        assertThat(shown.matches()).isTrue();
        return new Shown(Integer.parseInt(shown.group(2)), shown.group(1));
    }

    /** Waits until what is typed is not shown. */
    public void awaitHiddenInput() throws IOException, InterruptedException {
        var terminal = Command.run("tmux", "-L", socket, "display-message", "-p", "#{pane_tty}")
                .strip();
        Await.until(
                "hidden input",
                LIMIT,
                () -> Command.run("stty", "-F", terminal, "-a").contains(" -echo "));
    }

    /** Presses a key as tmux names it, such as C-c. */
    public void press(String key) throws IOException, InterruptedException {
        keys(key);
    }

    private void keys(String... keys) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("tmux", "-L", socket, "send-keys"));
        command.addAll(List.of(keys));
        Command.run(command.toArray(String[]::new));
    }

    /** What a person sees, without the blanks at the ends of lines. A line that does not fit is one line here. */
    public String text() throws IOException, InterruptedException {
        return Command.run("tmux", "-L", socket, "capture-pane", "-p", "-J")
                .replaceAll(" +\n", "\n")
                .stripTrailing();
    }

    public String awaitText(String wanted) throws IOException, InterruptedException {
        return await(wanted, text -> text.contains(wanted));
    }

    public String await(String what, Predicate<String> wanted) throws IOException, InterruptedException {
        try {
            Await.until(what, LIMIT, () -> wanted.test(text()));
        } catch (org.awaitility.core.ConditionTimeoutException e) {
            throw new AssertionError("no " + what + " on the screen:\n" + text(), e);
        }
        return text();
    }

    /** As when the window is closed: the command loses its terminal. */
    @Override
    public void close() throws IOException {
        if (!open) {
            return;
        }
        open = false;
        Command.run("tmux", "-L", socket, "kill-server");
    }
}
