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

/** Runs three {@link NatsServer}s as one cluster. Calls block; not thread-safe. */
public final class NatsCluster implements AutoCloseable {
    private static final int SIZE = 3;
    private static final Duration READY_LIMIT = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(100);
    /** No service listens there. */
    private static final String UNUSED_ADDRESS = "127.0.0.1:9";

    private final List<NatsServer> servers;

    private NatsCluster(List<NatsServer> servers) {
        this.servers = List.copyOf(servers);
    }

    /** Chooses the port by which one server reaches another. */
    @FunctionalInterface
    public interface Routes {
        /**
         * @param from a server's name: n1, n2 or n3
         * @param target the port on which the other server listens
         */
        int port(String from, String to, int target) throws IOException;
    }

    /** Starts all three without users, and waits until they have a leader. */
    public static NatsCluster start(Path directory) throws IOException {
        return start(directory, null, Map.of(), List.of(), (from, to, target) -> target);
    }

    /** Starts all three with a configuration file; servers reach each other only by the given routes. */
    public static NatsCluster start(Path directory, Path config, Map<String, String> environment, Routes routes)
            throws IOException {
        // Addresses that servers announce to each other and to clients would bypass the routes.
        var withoutAnnouncements = List.of("--no_advertise", "--cluster_advertise", UNUSED_ADDRESS);
        return start(directory, config, environment, withoutAnnouncements, routes);
    }

    private static NatsCluster start(
            Path directory,
            @Nullable Path config,
            Map<String, String> environment,
            List<String> extraArguments,
            Routes routes)
            throws IOException {
        var ports = freePorts();
        var servers = new ArrayList<NatsServer>();
        for (int i = 0; i < SIZE; i++) {
            var arguments = new ArrayList<>(List.of("-n", name(i), "--cluster_name", "local"));
            arguments.addAll(List.of("--cluster", "nats://127.0.0.1:" + ports.get(i)));
            arguments.addAll(List.of("--routes", routes(i, ports, routes)));
            arguments.addAll(extraArguments);
            servers.add(NatsServer.start(directory.resolve(name(i)), config, environment, arguments));
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

    /** Free at this moment; another program may take one before the server does. */
    private static List<Integer> freePorts() throws IOException {
        var ports = new ArrayList<Integer>();
        try (var first = listen();
                var second = listen();
                var third = listen()) {
            for (var socket : List.of(first, second, third)) {
                ports.add(socket.getLocalPort());
            }
        }
        return ports;
    }

    private static ServerSocket listen() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    /** The addresses of all servers, separated by commas. */
    public String url() {
        return servers.stream().map(NatsServer::url).collect(Collectors.joining(","));
    }

    public List<NatsServer> servers() {
        return servers;
    }

    /** Waits until each server reports itself healthy and up to date. */
    public void awaitReady() throws IOException {
        long until = System.nanoTime() + READY_LIMIT.toNanos();
        try (var http = HttpClient.newHttpClient()) {
            for (var server : servers) {
                while (!isReady(http, server)) {
                    if (System.nanoTime() - until > 0) {
                        throw new StartFailed("the NATS cluster was not ready within " + READY_LIMIT.toSeconds()
                                + " s: " + server.url() + " is not healthy; read its nats-server.log");
                    }
                    Thread.sleep(POLL);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the cluster started");
        }
    }

    private static boolean isReady(HttpClient http, NatsServer server) throws InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(server.monitoringUrl() + "/healthz"))
                .timeout(Duration.ofSeconds(5))
                .build();
        try {
            return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            // Not ready yet, or stopped.
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
