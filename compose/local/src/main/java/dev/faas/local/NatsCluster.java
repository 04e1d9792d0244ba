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
import java.util.stream.Collectors;

/** Three {@link NatsServer}s that keep every stream three times. Calls block; not for several threads at once. */
public final class NatsCluster implements AutoCloseable {
    private static final int SIZE = 3;
    private static final Duration READY_LIMIT = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(100);

    private final List<NatsServer> servers;

    private NatsCluster(List<NatsServer> servers) {
        this.servers = List.copyOf(servers);
    }

    /** Starts all three, and waits until they have found each other and chosen a leader. */
    public static NatsCluster start(Path directory) throws IOException {
        var ports = freePorts();
        var routes = ports.stream().map(port -> "nats://127.0.0.1:" + port).collect(Collectors.joining(","));
        var servers = new ArrayList<NatsServer>();
        for (int i = 0; i < SIZE; i++) {
            var name = "n" + (i + 1);
            servers.add(NatsServer.start(
                    directory.resolve(name),
                    List.of(
                            "-n",
                            name,
                            "--cluster_name",
                            "local",
                            "--cluster",
                            "nats://127.0.0.1:" + ports.get(i),
                            "--routes",
                            routes)));
        }
        var cluster = new NatsCluster(servers);
        cluster.awaitReady();
        return cluster;
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
