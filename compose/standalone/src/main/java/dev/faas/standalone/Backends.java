package dev.faas.standalone;

import dev.faas.config.ConfigException;
import dev.faas.config.Env;
import dev.faas.lifecycle.Lifecycle;
import dev.faas.local.NatsServer;
import dev.faas.local.PostgresServer;
import dev.faas.local.ServerSupervisor;
import dev.faas.local.StartingServer;
import dev.faas.local.Sync;
import java.io.Closeable;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * Starts NATS and Postgres as supervised child processes on the data directory, except the ones that {@code FAAS_NATS_URL}
 * or {@code FAAS_PG_URL} name. Gives each service the settings to reach them.
 */
final class Backends {
    static final String SYNC = "FAAS_SYNC";
    private static final String NATS_URL = "FAAS_NATS_URL";
    private static final String PG_URL = "FAAS_PG_URL";
    private static final String AUDIT_RETENTION = "FAAS_AUDIT_RETENTION";
    private static final String KEK = "FAAS_KEK";
    private static final String KEK_FILE = "FAAS_KEK_FILE";

    private final Map<String, Map<String, String>> settings;

    private Backends(Map<String, Map<String, String>> settings) {
        this.settings = settings;
    }

    /** Starts both at the same time: each takes one or two seconds. */
    static Backends open(
            Lifecycle.Steps on, DataDirectory data, Credentials credentials, Map<String, String> environment)
            throws Exception {
        var settings = new HashMap<String, Map<String, String>>();
        var sync = readSync(environment);
        var retention = readRetention(environment);
        var nats = environment.containsKey(NATS_URL)
                ? null
                : startInBackground(
                        on,
                        "nats-server",
                        () -> NatsServer.start(data.nats(), data.writeNatsConfig(), natsVariables(credentials, sync)));
        var postgres = environment.containsKey(PG_URL)
                ? null
                : startInBackground(on, "postgres", () -> PostgresServer.start(data.postgres(), retention));
        if (postgres != null) {
            var server = on.open("postgres", postgres::get, unused -> {});
            on.open("supervisor of postgres", () -> ServerSupervisor.of("postgres", server), ServerSupervisor::close);
            for (var schema : new String[] {"auth", "registry"}) {
                var role = server.role(schema);
                add(
                        settings,
                        schema,
                        Map.of(PG_URL, server.url(), "FAAS_PG_USER", role.user(), "FAAS_PG_PASSWORD", role.password()));
            }
            if (!environment.containsKey(KEK) && !environment.containsKey(KEK_FILE)) {
                add(
                        settings,
                        "auth",
                        Map.of(KEK_FILE, Credentials.createKek(data.kek()).toString()));
                add(
                        settings,
                        "registry",
                        Map.of(
                                KEK_FILE,
                                Credentials.createKek(data.registryKek()).toString()));
            }
        }
        if (nats != null) {
            var server = on.open("nats-server", nats::get, unused -> {});
            on.open(
                    "supervisor of nats-server",
                    () -> ServerSupervisor.of("nats-server", server),
                    ServerSupervisor::close);
            for (var part : new String[] {"auth", "registry", "spawner", "gateway"}) {
                add(
                        settings,
                        part,
                        Map.of(
                                NATS_URL,
                                server.url(),
                                "FAAS_NATS_USER",
                                part,
                                "FAAS_NATS_PASSWORD",
                                credentials.natsPassword(part)));
            }
            if (!environment.containsKey(TrustRootFiles.PUBLIC)) {
                var trust = TrustRootFiles.readOrCreate(data.trustRoot());
                add(settings, "auth", trust.ofAuth());
                add(settings, "registry", trust.ofVerifiers());
                add(settings, "gateway", trust.ofVerifiers());
            }
        }
        return new Backends(settings);
    }

    /** @throws ConfigException when the value is unknown, or when FAAS_NATS_URL names the server */
    static Sync readSync(Map<String, String> environment) {
        var env = Env.of(environment);
        var value = env.optional(SYNC, "when NATS syncs accepted work to the disk: always or interval");
        if (value.isPresent() && environment.containsKey(NATS_URL)) {
            env.addProblem(
                    SYNC,
                    "(--sync) cannot change the server that " + NATS_URL
                            + " names: unset it, and set jetstream.sync_interval in that server's configuration");
        }
        var sync = value.map(name -> Sync.of(name).orElseGet(() -> {
                    env.addProblem(SYNC, "(--sync) must be always or interval, not '" + name + "'");
                    return Sync.DEFAULT;
                }))
                .orElse(Sync.DEFAULT);
        env.check();
        return sync;
    }

    /** @throws ConfigException when the value is no such time, or when FAAS_PG_URL names the server */
    static Duration readRetention(Map<String, String> environment) {
        var env = Env.of(environment);
        var retention = env.duration(
                AUDIT_RETENTION, PostgresServer.AUDIT_RETENTION, "how long rows of the audit logs are kept, from 1d");
        if (retention.compareTo(Duration.ofDays(1)) < 0) {
            env.addProblem(AUDIT_RETENTION, "must be at least 1d");
        }
        if (environment.containsKey(AUDIT_RETENTION) && environment.containsKey(PG_URL)) {
            env.addProblem(
                    AUDIT_RETENTION,
                    "cannot change the server that " + PG_URL + " names: run postgres-roles.sh there with it");
        }
        env.check();
        return retention;
    }

    private static Map<String, String> natsVariables(Credentials credentials, Sync sync) {
        var variables = new HashMap<>(credentials.natsVariables());
        variables.putAll(sync.variables());
        return variables;
    }

    /** The server is stopped at the end, also when another part fails before this one has started. */
    private static <S extends Closeable> StartingServer<S> startInBackground(
            Lifecycle.Steps on, String name, Callable<S> starter) {
        var server = StartingServer.of(name, starter);
        on.onStop(name, StartingServer.CLOSE_LIMIT, server::close);
        return server;
    }

    private static void add(Map<String, Map<String, String>> settings, String part, Map<String, String> added) {
        settings.computeIfAbsent(part, p -> new HashMap<>()).putAll(added);
    }

    Map<String, String> settingsOf(String part) {
        return settings.getOrDefault(part, Map.of());
    }
}
