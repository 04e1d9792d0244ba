package dev.faas.cli;

import dev.faas.cli.output.Streams;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Runs the client in this JVM, and keeps what it printed. */
public record ClientRun(int exit, String out, String err) {
    /** How the client is run. */
    public static final class Setup {
        private final Map<String, String> env = new HashMap<>();
        private boolean terminal;
        private int columns = 80;

        /** Logged in by a token, so that no file is needed. */
        public static Setup at(StubServer server) {
            return new Setup()
                    .with("FAAS_URL", server.url())
                    .with("FAAS_TOKEN", "token")
                    .with("HOME", "/nonexistent");
        }

        /** Not logged in, with its files in {@code home}. */
        public static Setup in(Path home) {
            return new Setup().with("HOME", home.toString());
        }

        public Setup with(String variable, String value) {
            env.put(variable, value);
            return this;
        }

        public Setup onTerminal(int width) {
            terminal = true;
            columns = width;
            return this;
        }

        public ClientRun run(String... args) {
            var out = new ByteArrayOutputStream();
            var err = new ByteArrayOutputStream();
            var environment = new Terminal(terminal, terminal, terminal, columns, true, env);
            int exit = Main.run(environment, new Streams(out, err), args);
            return new ClientRun(exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
        }
    }
}
