package dev.faas.cli.login;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.cli.ClientRun;
import dev.faas.cli.ClientRun.Setup;
import dev.faas.cli.StubServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A user's home, and what the client keeps there. */
record ClientHome(Path folder) {
    static final String ME = "{\"username\":\"anna\"}";

    static String tokens(String access, String refresh, long seconds) {
        return "{\"access_token\":\"%s\",\"refresh_token\":\"%s\",\"expires_in\":%d}"
                .formatted(access, refresh, seconds);
    }

    Setup setup() {
        return Setup.in(folder);
    }

    ClientRun run(String... args) {
        return setup().run(args);
    }

    /** Runs it with this standard input. */
    static ClientRun run(Setup setup, String input, String... args) {
        var before = System.in;
        System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
        try {
            return setup.run(args);
        } finally {
            System.setIn(before);
        }
    }

    ClientRun logIn(StubServer server, String... flags) {
        var args = new ArrayList<>(List.of("login", server.url(), "-u", "anna", "--password-stdin"));
        args.addAll(List.of(flags));
        return run(setup(), "secret\n", args.toArray(String[]::new));
    }

    /** Logs in to a platform that issues these tokens. */
    void logIn(StubServer server, String access, String refresh, long seconds) {
        server.on("POST", "/v1/auth/login", 200, tokens(access, refresh, seconds));
        var run = logIn(server);
        assertThat(run.exit()).as(run.err()).isZero();
        server.received().clear();
    }

    /** The client's files and folders. */
    List<Path> files() throws IOException {
        var config = folder.resolve(".config");
        if (Files.notExists(config)) {
            return List.of();
        }
        try (var files = Files.walk(config)) {
            return files.toList();
        }
    }

    /** The only login. */
    Path loginFile() throws IOException {
        var logins = files().stream()
                .filter(file ->
                        file.getParent().endsWith("logins") && file.toString().endsWith(".json"))
                .toList();
        assertThat(logins).hasSize(1);
        return logins.getFirst();
    }
}
