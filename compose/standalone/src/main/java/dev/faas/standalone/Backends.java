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
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * The bus and the database of a platform: child processes on its data directory, started again when they end by themselves, or
 * others' where {@code FAAS_NATS_URL} or {@code FAAS_PG_URL} name them. Says by which variables each part reaches them.
 */
final class Backends {
    static final String SYNC = "FAAS_SYNC";
    private static final String NATS_URL = "FAAS_NATS_URL";
    private static final String PG_URL = "FAAS_PG_URL";

    private final Map<String, Map<String, String>> settings;

    private Backends(Map<String, Map<String, String>> settings) {
        this.settings = settings;
    }

    /** Opens both at once: each takes a second or two. */
    static Backends open(
            Lifecycle.Steps on, DataDirectory data, Credentials credentials, Map<String, String> environment)
            throws Exception {
        var settings = new HashMap<String, Map<String, String>>();
        var sync = sync(environment);
        var nats = environment.containsKey(NATS_URL)
                ? null
                : starting(
                        on,
                        "nats-server",
                        () -> NatsServer.start(data.nats(), data.natsConfig(), variables(credentials, sync)));
        var postgres = environment.containsKey(PG_URL)
                ? null
                : starting(on, "postgres", () -> PostgresServer.start(data.postgres()));
        if (postgres != null) {
            var server = on.open("postgres", postgres::get, unused -> {});
            on.open("keeper of postgres", () -> ServerSupervisor.of("postgres", server), ServerSupervisor::close);
            for (var schema : new String[] {"auth", "registry"}) {
                var role = server.role(schema);
                add(
                        settings,
                        schema,
                        Map.of(PG_URL, server.url(), "FAAS_PG_USER", role.user(), "FAAS_PG_PASSWORD", role.password()));
            }
        }
        if (nats != null) {
            var server = on.open("nats-server", nats::get, unused -> {});
            on.open("keeper of nats-server", () -> ServerSupervisor.of("nats-server", server), ServerSupervisor::close);
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
        }
        return new Backends(settings);
    }

    /** @throws ConfigException when the value is neither of the two, or when the server is not started here */
    static Sync sync(Map<String, String> environment) {
        var env = Env.of(environment);
        var text = env.optional(SYNC, "when NATS syncs accepted work to the disk: always or interval");
        if (text.isPresent() && environment.containsKey(NATS_URL)) {
            env.addProblem(
                    SYNC,
                    "(--sync) has no effect on the server that " + NATS_URL
                            + " names: unset it, and set jetstream.sync_interval in that server's configuration");
        }
        var sync = text.map(name -> Sync.of(name).orElseGet(() -> {
                    env.addProblem(SYNC, "(--sync) must be always or interval, not '" + name + "'");
                    return Sync.DEFAULT;
                }))
                .orElse(Sync.DEFAULT);
        env.check();
        return sync;
    }

    private static Map<String, String> variables(Credentials credentials, Sync sync) {
        var variables = new HashMap<>(credentials.natsVariables());
        variables.putAll(sync.variables());
        return variables;
    }

    /** Closed from the beginning on, also when a neighbour fails before anybody asks for it. */
    private static <S extends Closeable> StartingServer<S> starting(
            Lifecycle.Steps on, String name, Callable<S> starter) {
        var starting = StartingServer.of(name, starter);
        on.onStop(name, StartingServer.CLOSE_LIMIT, starting::close);
        return starting;
    }

    private static void add(Map<String, Map<String, String>> settings, String part, Map<String, String> more) {
        settings.computeIfAbsent(part, p -> new HashMap<>()).putAll(more);
    }

    Map<String, String> settingsOf(String part) {
        return settings.getOrDefault(part, Map.of());
    }
}
