package dev.faas.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Prints the version of the client. */
@Command(
        name = "version",
        description = "Print the version of this client; with --server that of the platform, too.",
        footer = {
            "",
            "Examples:",
            "  faas version",
            "  faas version --server",
            "",
            "Exit codes: 0 fine, 5 the platform is unavailable."
        })
final class VersionCommand extends Verb {
    @Option(names = "--server", description = "Ask the platform for its version, too.")
    private boolean server;

    @Override
    protected int run(Session session) throws IOException {
        var version = own();
        if (server) {
            version.with(
                    "server",
                    session.access().anonymous().retryFor(Duration.ZERO).get("/version"));
        }
        session.output().document(version, doc -> doc.text("version"), () -> lines(version));
        return Exit.OK;
    }

    private static List<String> lines(Doc version) {
        var client = line(version);
        var platform = version.doc("server");
        return platform.fields().isEmpty()
                ? List.of(client)
                : List.of(client, "platform %s (%s)".formatted(platform.text("version"), platform.text("commit")));
    }

    private static String line(Doc version) {
        return "faas %s (%s)".formatted(version.text("version"), version.text("commit"));
    }

    static String ownLine() {
        try {
            return line(own());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Doc own() throws IOException {
        var own = new Properties();
        // Written by the build.
        for (var name : List.of("version", "commit")) {
            try (var file = VersionCommand.class.getResourceAsStream("/dev/faas/" + name + ".properties")) {
                if (file != null) {
                    own.load(file);
                }
            }
        }
        return Doc.empty()
                .with("version", own.getProperty("version", "unknown"))
                .with("commit", own.getProperty("commit", "unknown"));
    }
}
