package dev.faas.system.deployed;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.testing.Pause;
import dev.faas.wire.Codec;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Calls the platform's three ports as one user. Repeats failed connections, as clients must during a rolling update, and
 * requests that got a 503, but counts those as refused. Thread-safe.
 */
final class ContainerCaller {
    /** The pause before a repetition. */
    private static final Duration PAUSE = Duration.ofMillis(200);

    private static final Duration UNREACHABLE = Duration.ofMinutes(3);
    private static final int UNAVAILABLE = 503;
    private static final int UNAUTHORIZED = 401;
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(75);
    private static final String PASSWORD = "correct horse battery staple";

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final String username;
    private volatile String token = "";

    final AtomicInteger requests = new AtomicInteger();
    final AtomicInteger retried = new AtomicInteger();
    /** The longest time from a request's first try to its response. */
    final AtomicLong longestGapMillis = new AtomicLong();
    /** Responses of 400 and above: method, port, status and body → count. */
    final Map<String, Integer> refused = new ConcurrentSkipListMap<>();

    enum Port {
        AUTH(4000),
        FUNCTIONS(5000),
        API(8000);

        private final int number;

        Port(int number) {
            this.number = number;
        }
    }

    ContainerCaller(String username) {
        this.username = username;
    }

    String username() {
        return username;
    }

    void register() throws IOException {
        post(Port.AUTH, "/v1/auth/register", Map.of("username", username, "password", PASSWORD));
        login();
    }

    void login() throws IOException {
        var answer = post(Port.AUTH, "/v1/auth/login", Map.of("username", username, "password", PASSWORD));
        if (!answer.path("access_token").isMissingNode()) {
            token = answer.path("access_token").asText();
        }
    }

    /** The id of the key that signed the token. */
    String signer() throws IOException {
        var header = Base64.getUrlDecoder().decode(token.substring(0, token.indexOf('.')));
        return Codec.readTree(header).path("kid").asText();
    }

    boolean refusedEverywhere() throws IOException {
        for (var port : Port.values()) {
            if (!refuses(port)) {
                return false;
            }
        }
        return true;
    }

    boolean refusedAnywhere() throws IOException {
        for (var port : Port.values()) {
            if (refuses(port)) {
                return true;
            }
        }
        return false;
    }

    private boolean refuses(Port port) throws IOException {
        var answer = exchange(port, port == Port.AUTH ? "/v1/auth/me" : "/v1/functions", HttpRequest.Builder::GET);
        return answer.statusCode() == UNAUTHORIZED;
    }

    JsonNode get(Port port, String path) throws IOException {
        return send(port, path, request -> request.GET());
    }

    JsonNode post(Port port, String path, Map<String, ?> body) throws IOException {
        return send(
                port,
                path,
                request -> request.header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofByteArray(Codec.write(body))));
    }

    private JsonNode send(Port port, String path, Method method) throws IOException {
        var answer = exchange(port, path, method);
        return Codec.readTree(answer.body().getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private HttpResponse<String> exchange(Port port, String path, Method method) throws IOException {
        requests.incrementAndGet();
        var builder = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port.number + path))
                .timeout(ANSWER_LIMIT);
        if (!token.isEmpty()) {
            builder.header("Authorization", "Bearer " + token);
        }
        var request = method.on(builder).build();
        long begun = System.nanoTime();
        long until = begun + UNREACHABLE.toNanos();
        boolean repeated = false;
        while (true) {
            try {
                var answer = http.send(request, BodyHandlers.ofString());
                if (answer.statusCode() >= 400) {
                    refused.merge(
                            request.method() + " " + port + " " + answer.statusCode() + " " + answer.body(),
                            1,
                            Integer::sum);
                }
                if (answer.statusCode() == UNAVAILABLE && System.nanoTime() < until) {
                    repeated = true;
                    pause();
                    continue;
                }
                if (repeated) {
                    longestGapMillis.accumulateAndGet((System.nanoTime() - begun) / 1_000_000, Math::max);
                }
                return answer;
            } catch (IOException e) {
                if (System.nanoTime() > until) {
                    throw e;
                }
                repeated = true;
                retried.incrementAndGet();
                pause();
            } catch (InterruptedException e) {
                throw new InterruptedIOException("stopped");
            }
        }
    }

    private static void pause() throws InterruptedIOException {
        try {
            Pause.of(PAUSE);
        } catch (InterruptedException e) {
            throw new InterruptedIOException("stopped");
        }
    }

    @FunctionalInterface
    private interface Method {
        HttpRequest.Builder on(HttpRequest.Builder request);
    }
}
