package dev.faas.local;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Three {@link NatsServer}s that keep every stream three times. Calls block; not for several threads at once. */
public final class NatsCluster implements AutoCloseable {
    private static final int SIZE = 3;
    private static final Duration READY_LIMIT = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(100);
    /** The port of a service that nobody runs. */
    private static final String NOWHERE = "127.0.0.1:9";

    private final List<NatsServer> servers;

    private NatsCluster(List<NatsServer> servers) {
        this.servers = List.copyOf(servers);
    }

    /** By which port one server reaches another. */
    @FunctionalInterface
    public interface Routes {
        /**
         * @param from the name of the one: n1, n2 or n3
         * @param target the port on which the other waits
         */
        int port(String from, String to, int target) throws IOException;
    }

    /** Starts all three, without users, and waits until they have found each other and chosen a leader. */
    public static NatsCluster start(Path directory) throws IOException {
        return start(directory, null, Map.of(), List.of(), (from, to, target) -> target);
    }

    /** The same with a configuration file; each server reaches another by nothing but the route it is given. */
    public static NatsCluster start(Path directory, Path config, Map<String, String> environment, Routes routes)
            throws IOException {
        // What they tell each other and their clients of further addresses would lead past the routes.
        var quiet = List.of("--no_advertise", "--cluster_advertise", NOWHERE);
        return start(directory, config, environment, quiet, routes);
    }

    private static NatsCluster start(
            Path directory, @Nullable Path config, Map<String, String> environment, List<String> more, Routes routes)
            throws IOException {
        var ports = freePorts();
        var servers = new ArrayList<NatsServer>();
        for (int i = 0; i < SIZE; i++) {
            var line = new ArrayList<>(List.of("-n", name(i), "--cluster_name", "local"));
            line.addAll(List.of("--cluster", "nats://127.0.0.1:" + ports.get(i)));
            line.addAll(List.of("--routes", routes(i, ports, routes)));
            line.addAll(more);
            servers.add(NatsServer.start(directory.resolve(name(i)), config, environment, line));
        }
        var cluster = new NatsCluster(servers);
        cluster.awaitReady();
        return cluster;
    }

    private static String name(int index) {
        return "n" + (index + 1);
    }

    private static String routes(int from, List<Integer> ports, Routes routes) throws IOException {
        var others = new ArrayList<String>();
        for (int to = 0; to < SIZE; to++) {
            if (to != from) {
                others.add("nats://127.0.0.1:" + routes.port(name(from), name(to), ports.get(to)));
            }
        }
        return String.join(",", others);
    }

    /** Of this moment: another program may take one before we do. */
    private static List<Integer> freePorts() throws IOException {
        var ports = new ArrayList<Integer>();
        try (var first = listen();
                var second = listen();
                var third = listen()) {
            for (var each : List.of(first, second, third)) {
                ports.add(each.getLocalPort());
            }
        }
        return ports;
    }

    private static ServerSocket listen() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    /** All addresses, with commas. */
    public String url() {
        return servers.stream().map(NatsServer::url).collect(Collectors.joining(","));
    }

    public List<NatsServer> servers() {
        return servers;
    }

    /** Waits until each server says that it is well and up to date. */
    public void awaitReady() throws IOException {
        long until = System.nanoTime() + READY_LIMIT.toNanos();
        try (var http = HttpClient.newHttpClient()) {
            for (var server : servers) {
                while (!ready(http, server)) {
                    if (System.nanoTime() - until > 0) {
                        throw new StartFailed("the cluster was not ready within " + READY_LIMIT.toSeconds() + " s");
                    }
                    Thread.sleep(POLL);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the cluster started");
        }
    }

    private static boolean ready(HttpClient http, NatsServer server) throws InterruptedException {
        var question = HttpRequest.newBuilder(URI.create(server.monitoringUrl() + "/healthz"))
                .timeout(Duration.ofSeconds(5))
                .build();
        try {
            return http.send(question, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            // Not yet, or not any more.
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        for (var server : servers) {
            server.close();
        }
    }
}
