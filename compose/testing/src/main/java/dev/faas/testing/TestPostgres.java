package dev.faas.testing;

import dev.faas.local.Directories;
import dev.faas.local.PostgresServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Starts Postgres on copies of one new database: making it takes seconds, and is done once per JVM. */
public final class TestPostgres {
    private TestPostgres() {}

    /** @param directory empty, or not there */
    public static PostgresServer start(Path directory) throws IOException {
        Files.createDirectories(directory);
        // With owners and rights: the server runs as a user of its own.
        Command.run("cp", "-a", Template.DIRECTORY + "/.", directory.toString());
        return PostgresServer.start(directory);
    }

    private static final class Template {
        static final Path DIRECTORY = make();

        private static Path make() {
            try {
                var directory = Files.createTempDirectory("faas-test-postgres-");
                Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(directory)));
                PostgresServer.start(directory).close();
                return directory;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static void remove(Path directory) {
            try {
                Directories.delete(directory);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
