package dev.faas.cli.definition;

import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import dev.faas.cli.Terminal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Opens a file in the user's editor. */
final class Editor {
    private final String command;

    private Editor(String command) {
        this.command = command;
    }

    /** @param verbs for the advice, such as {@code faas fn} */
    static Editor of(Terminal terminal, String verbs) {
        return new Editor(terminal.variable("VISUAL")
                .or(() -> terminal.variable("EDITOR"))
                .or(() -> terminal.program(List.of("nano", "vi")))
                .orElseThrow(() ->
                        Failure.usage("there is no editor", "Name one: EDITOR=vi %s edit NAME".formatted(verbs))));
    }

    /** Returns when the editor has ended. */
    void open(Path file) throws IOException {
        // By a shell, because the variable may have arguments: EDITOR="code --wait".
        var process = new ProcessBuilder("sh", "-c", command + " \"$1\"", "sh", file.toString())
                .inheritIO()
                .start();
        try {
            int exit = process.waitFor();
            if (exit != 0) {
                throw Failure.usage(
                        "the editor ended with %d; nothing was changed".formatted(exit), "Editor: " + command);
            }
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new Failure(Exit.INTERRUPTED, "interrupted");
        }
    }
}
