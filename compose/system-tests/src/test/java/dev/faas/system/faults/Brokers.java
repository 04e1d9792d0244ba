package dev.faas.system.faults;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.config.Secret;
import dev.faas.local.NatsCluster;
import dev.faas.local.NatsServer;
import dev.faas.nats.NatsConfig;
import dev.faas.wire.Codec;
import dev.faas.wire.Subjects;
import java.io.IOException;
import java.io.InterruptedIOException;
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
import java.util.stream.Stream;

/** Runs one NATS server, or a cluster of three, with the users of {@code nats.conf}. */
public final class Brokers implements AutoCloseable {
    private static final Path CONFIG = Path.of("..", "nats.conf");
    private static final String PASSWORD = "among-ourselves";
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private final List<Part.ServerPart<NatsServer>> parts;
    private final Wiring wiring;

    private Brokers(List<Part.ServerPart<NatsServer>> parts, Wiring wiring) {
        this.parts = parts;
        this.wiring = wiring;
    }

    static Brokers one(Path directory, Wiring wiring) throws IOException {
        var server = NatsServer.start(directory.resolve("nats"), CONFIG, passwords());
        return new Brokers(List.of(new Part.ServerPart<>("nats", server)), wiring);
    }

    static Brokers three(Path directory, Wiring wiring) throws IOException {
        var cluster = NatsCluster.start(directory, CONFIG, passwords(), wiring::connect);
        var parts = new ArrayList<Part.ServerPart<NatsServer>>();
        for (var server : cluster.servers()) {
            parts.add(new Part.ServerPart<>("n" + (parts.size() + 1), server));
        }
        return new Brokers(parts, wiring);
    }

    private static Map<String, String> passwords() {
        return List.of("REGISTRY", "GATEWAY", "SPAWNER", "AUTH").stream()
                .collect(Collectors.toMap(user -> "FAAS_NATS_" + user + "_PASSWORD", user -> PASSWORD));
    }

    /** The settings by which a part reaches the brokers, each over its own link. */
    Map<String, String> settings(String part, String user) throws IOException {
        var urls = new ArrayList<String>();
        for (var broker : parts) {
            urls.add("nats://127.0.0.1:"
                    + wiring.connect(part, broker.name(), broker.server().port()));
        }
        return Map.of(
                "FAAS_NATS_URL",
                String.join(",", urls),
                "FAAS_NATS_USER",
                user,
                "FAAS_NATS_PASSWORD",
                PASSWORD,
                "FAAS_REPLICAS",
                Integer.toString(parts.size()));
    }

    /** A connection without links, for the checks. */
    NatsConfig directConfig() {
        var url = parts.stream().map(part -> part.server().url()).collect(Collectors.joining(","));
        return new NatsConfig(url, "registry", new Secret(PASSWORD), Duration.ofSeconds(30), LIMIT);
    }

    public List<Part.ServerPart<NatsServer>> parts() {
        return parts;
    }

    /** The leader of the event stream; asks one server after another, because some may not answer. */
    Part.ServerPart<NatsServer> findLeader() throws IOException {
        try {
            for (var part : parts) {
                var leader = streams(state(part.server(), ""))
                        .filter(stream -> stream.path("name").asText().equals(Subjects.EVENTS))
                        .map(stream -> stream.path("cluster").path("leader").asText())
                        .findFirst()
                        .orElse("");
                for (var found : parts) {
                    if (found.name().equals(leader)) {
                        return found;
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
        throw new IOException("no leader for the stream " + Subjects.EVENTS);
    }

    /** A function's consumer, as each server reports it. */
    String describeQueue(String function) throws InterruptedException {
        var seen = new StringBuilder();
        for (var part : parts) {
            try {
                state(part.server(), "&consumers=true").findValues("consumer_detail").stream()
                        .flatMap(list -> list.valueStream())
                        .filter(each -> each.path("name").asText().equals(Subjects.consumer(function)))
                        .forEach(each -> seen.append(part.name())
                                .append(' ')
                                .append(each)
                                .append('\n'));
            } catch (IOException e) {
                seen.append(part.name()).append(' ').append(e).append('\n');
            }
        }
        return seen.toString();
    }

    /** The state of JetStream, as a server reports it. */
    public static JsonNode state(NatsServer server, String more) throws IOException, InterruptedException {
        var question = HttpRequest.newBuilder(
                        URI.create(server.monitoringUrl() + "/jsz?accounts=true&streams=true" + more))
                .timeout(LIMIT)
                .build();
        try (var http = HttpClient.newHttpClient()) {
            return Codec.readTree(
                    http.send(question, BodyHandlers.ofByteArray()).body());
        }
    }

    /** The streams of all accounts. */
    public static Stream<JsonNode> streams(JsonNode state) {
        return state.path("account_details")
                .valueStream()
                .flatMap(account -> account.path("stream_detail").valueStream());
    }

    @Override
    public void close() throws IOException {
        for (var part : parts) {
            part.close();
        }
    }
}
