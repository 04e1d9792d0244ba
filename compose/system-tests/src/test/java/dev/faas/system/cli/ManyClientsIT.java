package dev.faas.system.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.faas.system.WholeSystem;
import dev.faas.testing.FaultyLink;
import dev.faas.wire.Codec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests many clients of one user at once, each a process: what they share is not harmed, and no call runs twice. */
@ExtendWith(WholeSystem.class)
class ManyClientsIT {
    /** The target of 500 takes minutes: -Dfaas.calls=500. */
    private static final int CALLS = Integer.getInteger("faas.calls", 150);

    private static final int CLIENTS = 10;

    private interface Call {
        InstalledClient.Result make(int number) throws Exception;
    }

    @Test
    void whenEveryThirdAnswerIsBroken_thenEachCallRanExactlyOnce(WholeSystem.Running system) throws Exception {
        try (var link = FaultyLink.to(system.api().getPort());
                var client = InstalledClient.of(URI.create("http://127.0.0.1:" + link.port()))) {
            var image = system.images().script("echo got $1");
            client.run("fn", "create", "echo", "--image", image, "--concurrency", "4")
                    .orThrow();
            link.breakReplies(3);
            var results =
                    parallel(8, CALLS, i -> client.run("invoke", "echo", "--tag", "call=" + i, Integer.toString(i)));
            link.breakReplies(0);

            for (int i = 0; i < CALLS; i++) {
                assertThat(results.get(i).orThrow()).isEqualTo("got " + i + "\n");
            }
            assertThat(link.broken()).isGreaterThan(CALLS / 3);
            assertThat(client.awaitEachRanOnce(CALLS))
                    .extracting(item -> item.path("tags").path("call").asText())
                    .containsExactlyInAnyOrderElementsOf(IntStream.range(0, CALLS)
                            .mapToObj(Integer::toString)
                            .toList());
        }
    }

    /** The client sees that the token has expired, or learns it from the platform. */
    @ParameterizedTest
    @CsvSource({"expiresAt, 2020-01-01T00:00:00Z", "accessToken, not.a.token"})
    void whenTheLoginHasExpired_thenOneOfThemRefreshesItForAll(String field, String value, WholeSystem.Running system)
            throws Exception {
        try (var proxy = RecordingProxy.to(system.api());
                var client = InstalledClient.of(proxy.address())) {
            spoil(client, field, value);

            for (var result : parallel(CLIENTS, CLIENTS, i -> client.run("whoami"))) {
                assertThat(result.orThrow()).contains("user-");
            }
            assertThat(Collections.frequency(proxy.requests, "POST /v1/auth/refresh"))
                    .isEqualTo(1);

            spoil(client, field, value);
            assertThat(client.run("whoami").orThrow())
                    .as("its refresh token is valid")
                    .contains("user-");
        }
    }

    private static void spoil(InstalledClient client, String field, String value) throws IOException {
        try (var files = Files.newDirectoryStream(client.home().resolve(".config/faas/logins"), "*.json")) {
            Path file = files.iterator().next();
            var login = (ObjectNode) Codec.readTree(Files.readAllBytes(file));
            assertThat(login.has(field)).isTrue();
            Files.write(file, Codec.write(login.put(field, value)));
        }
    }

    /** Results by number. */
    private static List<InstalledClient.Result> parallel(int atOnce, int count, Call call) throws Exception {
        try (var pool = Executors.newFixedThreadPool(atOnce)) {
            var started = new ArrayList<Future<InstalledClient.Result>>();
            for (int i = 0; i < count; i++) {
                int number = i;
                started.add(pool.submit(() -> call.make(number)));
            }
            var results = new ArrayList<InstalledClient.Result>();
            for (var each : started) {
                results.add(each.get());
            }
            return results;
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        }
    }

    /** Passes requests on and notes them. */
    private record RecordingProxy(HttpServer server, HttpClient http, URI target, List<String> requests)
            implements AutoCloseable {
        static RecordingProxy to(URI target) throws IOException {
            var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), CLIENTS);
            var proxy = new RecordingProxy(server, HttpClient.newHttpClient(), target, new CopyOnWriteArrayList<>());
            server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            server.createContext("/", proxy::pass);
            server.start();
            return proxy;
        }

        URI address() {
            return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        }

        private void pass(HttpExchange exchange) throws IOException {
            try (exchange) {
                requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
                var body = BodyPublishers.ofByteArray(exchange.getRequestBody().readAllBytes());
                var request = HttpRequest.newBuilder(target.resolve(exchange.getRequestURI()))
                        .method(exchange.getRequestMethod(), body);
                for (var header : List.of("Authorization", "Content-Type", "Idempotency-Key")) {
                    var sent = exchange.getRequestHeaders().getFirst(header);
                    if (sent != null) {
                        request.header(header, sent);
                    }
                }
                var answer = http.send(request.build(), BodyHandlers.ofByteArray());
                answer.headers()
                        .firstValue("Content-Type")
                        .ifPresent(type -> exchange.getResponseHeaders().add("Content-Type", type));
                exchange.sendResponseHeaders(
                        answer.statusCode(), answer.body().length == 0 ? -1 : answer.body().length);
                exchange.getResponseBody().write(answer.body());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() {
            server.stop(0);
            http.close();
        }
    }
}
