package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.http.token.ApiKeyText;
import dev.faas.testing.Await;
import dev.faas.wire.Codec;
import dev.faas.wire.PublishedKey;
import dev.faas.wire.Scope;
import dev.faas.wire.Sha256;
import dev.faas.wire.Subjects;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Which scope of an API key each call needs. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class ScopesTest {
    private static final Map<String, Scope> NEEDED = Map.ofEntries(
            Map.entry("GET /v1/functions", Scope.READ),
            Map.entry("POST /v1/functions", Scope.FUNCTIONS),
            Map.entry("GET /v1/functions/{ref}", Scope.READ),
            Map.entry("PUT /v1/functions/{ref}", Scope.FUNCTIONS),
            Map.entry("PATCH /v1/functions/{ref}", Scope.FUNCTIONS),
            Map.entry("DELETE /v1/functions/{ref}", Scope.FUNCTIONS),
            Map.entry("GET /v1/functions/{ref}/revisions", Scope.READ),
            Map.entry("POST /v1/functions/{ref}/rollback", Scope.FUNCTIONS),
            Map.entry("POST /v1/functions/{ref}/pause", Scope.FUNCTIONS),
            Map.entry("POST /v1/functions/{ref}/resume", Scope.FUNCTIONS),
            Map.entry("POST /v1/functions/{ref}/activations", Scope.INVOKE),
            Map.entry("POST /v1/functions/{ref}/batches", Scope.INVOKE),
            Map.entry("GET /v1/batches", Scope.READ),
            Map.entry("GET /v1/batches/{batch}", Scope.READ),
            Map.entry("GET /v1/batches/{batch}/items", Scope.READ),
            Map.entry("GET /v1/batches/{batch}/events", Scope.READ),
            Map.entry("GET /v1/activations", Scope.READ),
            Map.entry("GET /v1/activations/{id}", Scope.READ),
            Map.entry("DELETE /v1/activations/{id}", Scope.INVOKE),
            Map.entry("GET /v1/activations/{id}/explain", Scope.READ),
            Map.entry("GET /v1/activations/{id}/argument", Scope.READ),
            Map.entry("POST /v1/activations/{id}/replay", Scope.INVOKE),
            Map.entry("GET /v1/activations/{id}/result", Scope.READ),
            Map.entry("GET /v1/activations/{id}/logs", Scope.READ),
            Map.entry("GET /v1/activations/{id}/events", Scope.READ),
            Map.entry("GET /v1/projects/{project}/quota", Scope.READ),
            Map.entry("GET /v1/secrets", Scope.READ),
            Map.entry("GET /v1/secrets/{name}", Scope.READ),
            Map.entry("PUT /v1/secrets/{name}", Scope.SECRETS),
            Map.entry("DELETE /v1/secrets/{name}", Scope.SECRETS),
            Map.entry("GET /v1/schedules", Scope.READ),
            Map.entry("POST /v1/schedules", Scope.FUNCTIONS),
            Map.entry("POST /v1/schedules/preview", Scope.READ),
            Map.entry("GET /v1/schedules/{schedule}", Scope.READ),
            Map.entry("PUT /v1/schedules/{schedule}", Scope.FUNCTIONS),
            Map.entry("PATCH /v1/schedules/{schedule}", Scope.FUNCTIONS),
            Map.entry("DELETE /v1/schedules/{schedule}", Scope.FUNCTIONS),
            Map.entry("POST /v1/schedules/{schedule}/pause", Scope.FUNCTIONS),
            Map.entry("POST /v1/schedules/{schedule}/resume", Scope.FUNCTIONS),
            Map.entry("POST /v1/schedules/{schedule}/trigger", Scope.INVOKE),
            Map.entry("POST /v1/schedules/{schedule}/backfill", Scope.INVOKE),
            Map.entry("GET /v1/schedules/{schedule}/ticks", Scope.READ),
            Map.entry("GET /v1/schedules/{schedule}/ticks/{time}", Scope.READ),
            Map.entry("GET /v1/sources", Scope.READ),
            Map.entry("POST /v1/sources", Scope.FUNCTIONS),
            Map.entry("GET /v1/sources/{source}", Scope.READ),
            Map.entry("PUT /v1/sources/{source}", Scope.FUNCTIONS),
            Map.entry("PATCH /v1/sources/{source}", Scope.FUNCTIONS),
            Map.entry("DELETE /v1/sources/{source}", Scope.FUNCTIONS),
            Map.entry("POST /v1/sources/{source}/pause", Scope.FUNCTIONS),
            Map.entry("POST /v1/sources/{source}/resume", Scope.FUNCTIONS),
            Map.entry("POST /v1/subjects/{subject}", Scope.INVOKE),
            Map.entry("GET /v1/hooks", Scope.READ),
            Map.entry("POST /v1/hooks", Scope.FUNCTIONS),
            Map.entry("GET /v1/hooks/{hook}", Scope.READ),
            Map.entry("PUT /v1/hooks/{hook}", Scope.FUNCTIONS),
            Map.entry("PATCH /v1/hooks/{hook}", Scope.FUNCTIONS),
            Map.entry("DELETE /v1/hooks/{hook}", Scope.FUNCTIONS),
            Map.entry("POST /v1/hooks/{hook}/pause", Scope.FUNCTIONS),
            Map.entry("POST /v1/hooks/{hook}/resume", Scope.FUNCTIONS),
            Map.entry("POST /v1/hooks/{hook}/rotate", Scope.FUNCTIONS),
            Map.entry("GET /v1/hooks/{hook}/requests", Scope.READ),
            Map.entry("GET /v1/events", Scope.READ),
            Map.entry("POST /v1/callback-secret", Scope.FUNCTIONS),
            Map.entry("GET /v1/destinations", Scope.READ),
            Map.entry("POST /v1/destinations", Scope.FUNCTIONS),
            Map.entry("GET /v1/destinations/{destination}", Scope.READ),
            Map.entry("PUT /v1/destinations/{destination}", Scope.FUNCTIONS),
            Map.entry("PATCH /v1/destinations/{destination}", Scope.FUNCTIONS),
            Map.entry("DELETE /v1/destinations/{destination}", Scope.FUNCTIONS),
            Map.entry("POST /v1/destinations/{destination}/rotate", Scope.FUNCTIONS),
            Map.entry("POST /v1/destinations/{destination}/enable", Scope.FUNCTIONS),
            Map.entry("POST /v1/destinations/{destination}/disable", Scope.FUNCTIONS),
            Map.entry("POST /v1/destinations/{destination}/test", Scope.FUNCTIONS),
            Map.entry("GET /v1/deliveries", Scope.READ),
            Map.entry("GET /v1/deliveries/{delivery}", Scope.READ),
            Map.entry("POST /v1/deliveries/{delivery}/redeliver", Scope.INVOKE),
            Map.entry("POST /v1/jobs", Scope.INVOKE),
            Map.entry("GET /v1/jobs", Scope.READ),
            Map.entry("GET /v1/jobs/{job}", Scope.READ),
            Map.entry("DELETE /v1/jobs/{job}", Scope.INVOKE),
            Map.entry("GET /v1/dead-letters", Scope.READ),
            Map.entry("POST /v1/dead-letters/redrive", Scope.INVOKE),
            Map.entry("POST /v1/dead-letters/dismiss", Scope.INVOKE),
            Map.entry("GET /v1/stats", Scope.READ),
            Map.entry("GET /v1/stats/now", Scope.READ));

    /** The gateway forwards these as they are, and auth-service decides (ApiKeysTest there). */
    private static final Pattern FORWARDED = Pattern.compile("[A-Z]+ /v1/auth/.*");

    /** No key may make these. */
    private static final Pattern OF_ADMINS = Pattern.compile("[A-Z]+ /v1/admin/.*");

    private static final Pattern PATH = Pattern.compile("^  (/\\S+):$");
    private static final Pattern METHOD = Pattern.compile("^    (get|post|put|patch|delete):$");

    @AutoClose
    static RunningGateway faas;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        faas = new RunningGateway(directory);
    }

    @BeforeEach
    void quiet() {
        faas.registry.answersNothing();
    }

    @Test
    void eachCallOfTheApiHasARow() throws Exception {
        var calls = calls();
        calls.removeIf(call ->
                FORWARDED.matcher(call).matches() || OF_ADMINS.matcher(call).matches());

        assertThat(calls).containsExactlyInAnyOrderElementsOf(NEEDED.keySet());
    }

    @Test
    void noKeyMakesACallOfAdmins() throws Exception {
        var key = publish(faas, List.of(Scope.values()));
        Await.until("the key is known", () -> status("GET /v1/activations/x", key) != 401);
        var calls = calls();
        calls.removeIf(call -> !OF_ADMINS.matcher(call).matches());

        assertThat(calls).hasSizeGreaterThan(10).allSatisfy(call -> {
            var answer = send(call, key);
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.field("code")).isEqualTo("forbidden");
        });
    }

    private Set<String> calls() throws IOException {
        var calls = new TreeSet<String>();
        var path = "";
        try (var yaml = Objects.requireNonNull(getClass().getResourceAsStream("/openapi.yaml"))) {
            for (var line : new String(yaml.readAllBytes(), StandardCharsets.UTF_8).split("\n", -1)) {
                var asPath = PATH.matcher(line);
                var asMethod = METHOD.matcher(line);
                if (asPath.matches()) {
                    path = asPath.group(1);
                } else if (asMethod.matches() && path.startsWith("/v1/")) {
                    calls.add(asMethod.group(1).toUpperCase(java.util.Locale.ROOT) + " " + path);
                }
            }
        }
        return calls;
    }

    @Test
    void aKeyMakesTheCallsOfItsScopesAndNoOthers() throws Exception {
        var keys = new LinkedHashMap<Scope, String>();
        for (var scope : Scope.values()) {
            keys.put(scope, publish(faas, List.of(scope)));
        }
        var nothing = publish(faas, List.of());
        Await.until("the keys are known", () -> status("GET /v1/activations/x", keys.get(Scope.READ)) != 401);

        for (var row : NEEDED.entrySet()) {
            for (var key : keys.entrySet()) {
                var answer = send(row.getKey(), key.getValue());
                if (key.getKey() == row.getValue()) {
                    assertThat(answer.status()).as(row + " " + answer.text()).isNotIn(401, 403);
                } else {
                    assertThat(answer.status()).as(row + " by " + key.getKey()).isEqualTo(403);
                    assertThat(answer.field("code")).isEqualTo("forbidden");
                    assertThat(answer.field("detail")).contains(row.getValue().text());
                }
            }
            assertThat(status(row.getKey(), nothing)).as(row.getKey()).isEqualTo(403);
        }
    }

    /** A key of alice. */
    static String publish(RunningGateway faas, List<Scope> scopes) {
        var key = ApiKeyText.create(new SecureRandom());
        Await.await(faas.busOfAuth
                .kv(Subjects.APIKEYS)
                .put(
                        Sha256.hex(key),
                        Codec.encode(new PublishedKey(
                                "key_1",
                                faas.alice,
                                "alice",
                                faas.alice,
                                scopes.stream().map(Scope::text).toList(),
                                Instant.now().plusSeconds(600)))));
        return key;
    }

    private static int status(String call, String key) {
        try {
            return send(call, key).status();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static GatewayAnswer send(String call, String key) throws Exception {
        var parts = call.split(" ", 2);
        var path = parts[1].replace("{id}", "0".repeat(26)).replaceAll("\\{\\w+}", "x");
        // A feed that can be read has no end.
        var request = faas.request(path.equals("/v1/events") ? path + "?after=999999999" : path)
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json");
        return faas.send(
                parts[0].equals("GET") ? request : request.method(parts[0], HttpRequest.BodyPublishers.noBody()));
    }
}
