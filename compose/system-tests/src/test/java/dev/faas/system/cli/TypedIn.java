package dev.faas.system.cli;

import java.io.IOException;

/** Where command lines are typed. */
enum TypedIn {
    TERMINAL,
    /** A shell whose standard streams are pipes. */
    PIPES;

    /** Runs command lines and returns what they print. */
    interface Shell extends AutoCloseable {
        Screen.Shown run(String line) throws IOException, InterruptedException;

        @Override
        default void close() throws IOException {}

        /** The text of a command line that must succeed. */
        default String must(String line) throws IOException, InterruptedException {
            var shown = run(line);
            if (shown.exit() != 0) {
                throw new AssertionError("%s ended with %d:%n%s".formatted(line, shown.exit(), shown.text()));
            }
            return shown.text().strip();
        }
    }

    Shell open(InstalledClient client) throws IOException, InterruptedException {
        return switch (this) {
            case TERMINAL -> {
                var screen = Screen.open(client, 200, 100);
                yield new Shell() {
                    @Override
                    public Screen.Shown run(String line) throws IOException, InterruptedException {
                        return screen.run(line);
                    }

                    @Override
                    public void close() throws IOException {
                        screen.close();
                    }
                };
            }
            case PIPES ->
                line -> {
                    var result = client.shell(line);
                    return new Screen.Shown(result.exit(), result.out() + result.err());
                };
        };
    }
}
