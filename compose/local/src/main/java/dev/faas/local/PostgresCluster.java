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
 * Creates the files of one database cluster: {@code initdb}, then roles, database and schemas by the server's single-user
 * mode, which needs neither network nor password. Files are created under a temporary name, so that a start after a kill
 * begins again.
 *
 * <pre>
 * DIRECTORY/credentials      of this process's user, mode 600
 *           postgres.log
 *           audit-keeper     the statements of {@link #keeper} that the database has
 *           cluster/         of the server's user; passed to the server as an open descriptor
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

    static PostgresCluster open(Path directory, Duration auditRetention) throws IOException {
        var currentUser = UnprivilegedUser.CurrentUser.read();
        var binaries = PostgresBinaries.unpack(PostgresBinaries.cache(currentUser));
        Files.createDirectories(directory);
        var users = Stream.concat(Stream.of(SUPERUSER), SCHEMAS.stream().map(PostgresCluster::owner))
                .toList();
        var credentials = PostgresCredentials.readOrCreate(directory.resolve("credentials"), users);
        var clusterDirectory = directory.resolve("cluster");
        if (!Files.exists(clusterDirectory)) {
            Files.createDirectory(
                    clusterDirectory,
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        var user = UnprivilegedUser.ownerOf(clusterDirectory, currentUser);
        var cluster = new PostgresCluster(directory, binaries, credentials, user.orElse(null));
        if (!Files.exists(cluster.data())) {
            cluster.create();
        }
        cluster.addKeeper(directory.resolve("audit-keeper"), auditRetention);
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

    /** Starts the server in the foreground. */
    ChildProcess startServer(List<String> arguments) throws IOException {
        var command = new ArrayList<>(List.of("-D", pathForChild(data())));
        command.addAll(arguments);
        return start("postgres", command, directory.resolve("postgres.log"), Path.of("/dev/null"));
    }

    private void create() throws IOException {
        var newData = data().resolveSibling("data.new");
        var password = data().resolveSibling("password");
        Directories.delete(newData);
        SecretFile.write(password, credentials.of(SUPERUSER));
        if (user != null) {
            user.transferOwnership(password);
        }
        var initdb = new ArrayList<>(List.of("-D", pathForChild(newData), "-U", SUPERUSER));
        initdb.addAll(List.of("--auth=scram-sha-256", "--pwfile=" + pathForChild(password)));
        initdb.addAll(List.of("--encoding=UTF8", "--locale=C", "--locale-provider=builtin"));
        initdb.addAll(List.of("--builtin-locale=C.UTF-8", "--data-checksums", "--no-instructions"));
        run("initdb", initdb, "");
        Files.delete(password);
        sql(newData, "postgres", rolesAndDatabase());
        sql(newData, DATABASE, schemas());
        Files.move(newData, data(), StandardCopyOption.ATOMIC_MOVE);
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

    /** Also for a cluster that an older version, or one with another retention, has created. */
    private void addKeeper(Path marker, Duration retention) throws IOException {
        var statements = keeper(retention);
        var content = String.join("\n", statements);
        if (!Files.exists(marker) || !Files.readString(marker).equals(content)) {
            PostmasterFile.removeStale(data());
            sql(data(), DATABASE, statements);
            Files.writeString(marker, content);
        }
    }

    /**
     * Lets a service give its audit log to a role that nobody can log in with: it can add rows and read them afterwards, but
     * neither change nor remove them, nor choose their number and time. take_…_audit runs as the superuser and so must run no code
     * of a service; prune_…_audit does, by triggers.
     */
    private static List<String> keeper(Duration retention) {
        var statements = new ArrayList<>(List.of("CREATE SCHEMA IF NOT EXISTS keeper"));
        for (var schema : SCHEMAS) {
            var owner = owner(schema);
            var keeper = owner + "_audit";
            var table = schema + ".audit";
            statements.add("DO $$ BEGIN IF to_regrole('" + keeper + "') IS NULL THEN CREATE ROLE " + keeper
                    + " NOLOGIN; END IF; END $$");
            statements.add("GRANT USAGE ON SCHEMA keeper TO " + owner);
            statements.add(function("take_" + schema + "_audit", "void")
                    + "BEGIN PERFORM pg_advisory_xact_lock(hashtext('keeper'));"
                    + " EXECUTE format('ALTER SCHEMA " + schema + " OWNER TO %I', current_user);"
                    + " GRANT USAGE, CREATE ON SCHEMA " + schema + " TO " + owner + ";"
                    + " GRANT USAGE ON SCHEMA " + schema + " TO " + keeper + ";"
                    + " ALTER TABLE " + table + " OWNER TO " + keeper + ";"
                    + " REVOKE ALL ON " + table + " FROM " + owner + ";"
                    + " GRANT SELECT, INSERT (actor, via, action, target, project, outcome, address, request_id, changes) ON "
                    + table + " TO " + owner + "; END $$");
            // The one of an earlier version returns nothing.
            statements.add("DROP FUNCTION IF EXISTS keeper.prune_" + schema + "_audit()");
            statements.add(
                    function("prune_" + schema + "_audit", "int") + "DECLARE removed int; BEGIN DELETE FROM " + table
                            + " WHERE seq IN (SELECT seq FROM " + table + " WHERE at < now() - interval '"
                            + retention.toSeconds()
                            + " seconds' ORDER BY at LIMIT 10000); GET DIAGNOSTICS removed = ROW_COUNT; RETURN removed; END $$");
            statements.add("ALTER FUNCTION keeper.prune_" + schema + "_audit() OWNER TO " + keeper);
        }
        return statements;
    }

    private static String function(String name, String returned) {
        return "CREATE OR REPLACE FUNCTION keeper." + name + "() RETURNS " + returned
                + " LANGUAGE plpgsql SECURITY DEFINER" + " SET search_path = pg_catalog, pg_temp AS $$ ";
    }

    /** Single-user mode takes one statement a line. Statements have passwords, so failing ones are not written to the log. */
    private void sql(Path cluster, String database, List<String> statements) throws IOException {
        var arguments = List.of(
                "--single",
                "-D",
                pathForChild(cluster),
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
        SecretFile.write(in, input);
        try (var child = start(program, arguments, log, in)) {
            child.awaitSuccess(STEP_LIMIT);
        } finally {
            Files.delete(in);
        }
        Files.delete(log);
    }

    private ChildProcess start(String program, List<String> arguments, Path log, Path in) throws IOException {
        var command = new ArrayList<>(List.of(binaries.program(program).toString()));
        command.addAll(arguments);
        // SIGQUIT: the server also ends its children and frees its shared memory, which SIGKILL does not.
        return ChildProcess.start(new ChildProcess.Command(
                program,
                command,
                user == null ? List.of() : user.wrapper(),
                Map.of("PATH", "/usr/bin:/bin", "LC_ALL", "C", "TZ", "UTC"),
                in,
                log,
                "QUIT",
                "INT",
                STOP_LIMIT));
    }

    private String pathForChild(Path file) {
        return (user == null ? file : user.pathForChild(file)).toString();
    }
}
