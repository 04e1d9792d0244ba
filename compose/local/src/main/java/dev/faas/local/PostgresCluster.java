package dev.faas.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files of one database cluster, and how they come to be: {@code initdb}, then roles, database and schemas by
 * the server's single-user mode, which needs neither a network nor a password. All of it happens under another name;
 * a run killed half way is begun anew.
 *
 * <pre>
 * DIRECTORY/credentials      ours, mode 600
 *           postgres.log
 *           cluster/         the server user's; what it is given as an open descriptor
 *           cluster/data/    the cluster itself
 * </pre>
 */
final class PostgresCluster {
    static final String DATABASE = "faas";
    static final String SUPERUSER = "faas";
    static final List<String> SCHEMAS = List.of("auth", "registry");

    private static final Duration STEP_LIMIT = Duration.ofSeconds(60);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

    private final Path directory;
    private final PostgresBinaries binaries;
    private final PostgresCredentials credentials;
    private final @Nullable UnprivilegedUser user;

    private PostgresCluster(
            Path directory,
            PostgresBinaries binaries,
            PostgresCredentials credentials,
            @Nullable UnprivilegedUser user) {
        this.directory = directory;
        this.binaries = binaries;
        this.credentials = credentials;
        this.user = user;
    }

    static PostgresCluster open(Path directory) throws IOException {
        var us = UnprivilegedUser.Us.now();
        var binaries = PostgresBinaries.in(PostgresBinaries.cache(us));
        Files.createDirectories(directory);
        var users = Stream.concat(Stream.of(SUPERUSER), SCHEMAS.stream().map(PostgresCluster::owner))
                .toList();
        var credentials = PostgresCredentials.readOrMake(directory.resolve("credentials"), users);
        var inside = directory.resolve("cluster");
        if (!Files.exists(inside)) {
            Files.createDirectory(
                    inside, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        var user = UnprivilegedUser.owning(inside, us);
        var cluster = new PostgresCluster(directory, binaries, credentials, user.orElse(null));
        if (!Files.exists(cluster.data())) {
            cluster.make();
        }
        return cluster;
    }

    /** The role that owns a schema. */
    static String owner(String schema) {
        return "faas_" + schema;
    }

    Path data() {
        return directory.resolve("cluster").resolve("data");
    }

    String password(String role) {
        return credentials.of(role);
    }

    /** The server itself, in the foreground, on these arguments. */
    ChildProcess serve(List<String> arguments) throws IOException {
        var line = new ArrayList<>(List.of("-D", asTheChildSees(data())));
        line.addAll(arguments);
        return start("postgres", line, directory.resolve("postgres.log"), Path.of("/dev/null"));
    }

    private void make() throws IOException {
        var fresh = data().resolveSibling("data.new");
        var password = data().resolveSibling("password");
        Directories.delete(fresh);
        PostgresCredentials.writePrivately(password, credentials.of(SUPERUSER));
        if (user != null) {
            user.give(password);
        }
        var initdb = new ArrayList<>(List.of("-D", asTheChildSees(fresh), "-U", SUPERUSER));
        initdb.addAll(List.of("--auth=scram-sha-256", "--pwfile=" + asTheChildSees(password)));
        initdb.addAll(List.of("--encoding=UTF8", "--locale=C", "--locale-provider=builtin"));
        initdb.addAll(List.of("--builtin-locale=C.UTF-8", "--data-checksums", "--no-instructions"));
        run("initdb", initdb, "");
        Files.delete(password);
        sql(fresh, "postgres", rolesAndDatabase());
        sql(fresh, DATABASE, schemas());
        Files.move(fresh, data(), StandardCopyOption.ATOMIC_MOVE);
    }

    private List<String> rolesAndDatabase() {
        var statements = new ArrayList<String>();
        for (var schema : SCHEMAS) {
            statements.add("CREATE ROLE " + owner(schema) + " LOGIN PASSWORD '" + credentials.of(owner(schema)) + "'");
        }
        statements.add("CREATE DATABASE " + DATABASE);
        statements.add("REVOKE ALL ON DATABASE " + DATABASE + " FROM PUBLIC");
        for (var schema : SCHEMAS) {
            statements.add("GRANT CONNECT, TEMPORARY ON DATABASE " + DATABASE + " TO " + owner(schema));
        }
        return statements;
    }

    private static List<String> schemas() {
        var statements = new ArrayList<>(List.of("REVOKE ALL ON SCHEMA public FROM PUBLIC"));
        for (var schema : SCHEMAS) {
            statements.add("CREATE SCHEMA " + schema + " AUTHORIZATION " + owner(schema));
            statements.add("ALTER ROLE " + owner(schema) + " SET search_path = " + schema);
        }
        return statements;
    }

    /** Single-user mode takes one statement a line; they carry passwords, so a failing one is not written to the log. */
    private void sql(Path cluster, String database, List<String> statements) throws IOException {
        var arguments = List.of(
                "--single",
                "-D",
                asTheChildSees(cluster),
                "-c",
                "exit_on_error=on",
                "-c",
                "log_min_error_statement=panic",
                database);
        run("postgres", arguments, String.join("\n", statements) + "\n");
    }

    private void run(String program, List<String> arguments, String input) throws IOException {
        var log = directory.resolve("setup.log");
        var in = directory.resolve("setup.sql");
        PostgresCredentials.writePrivately(in, input);
        try (var child = start(program, arguments, log, in)) {
            child.awaitSuccess(STEP_LIMIT);
        } finally {
            Files.delete(in);
        }
        Files.delete(log);
    }

    private ChildProcess start(String program, List<String> arguments, Path log, Path in) throws IOException {
        var line = new ArrayList<>(List.of(binaries.program(program).toString()));
        line.addAll(arguments);
        // SIGQUIT is "immediate": the server takes its children and its shared memory with it, which SIGKILL does not.
        return ChildProcess.start(new ChildProcess.Command(
                program,
                line,
                user == null ? List.of() : user.wrapper(),
                Map.of("PATH", "/usr/bin:/bin", "LC_ALL", "C", "TZ", "UTC"),
                in,
                log,
                "QUIT",
                "INT",
                STOP_LIMIT));
    }

    private String asTheChildSees(Path file) {
        return (user == null ? file : user.inside(file)).toString();
    }
}
