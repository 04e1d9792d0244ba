package dev.faas.registry;

import static dev.faas.testing.Await.await;
import static dev.faas.testing.Await.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.http.token.ApiKeyText;
import dev.faas.wire.Codec;
import dev.faas.wire.PublishedKey;
import dev.faas.wire.Scope;
import dev.faas.wire.Sha256;
import dev.faas.wire.Subjects;
import java.net.http.HttpRequest.BodyPublishers;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which scopes of an API key each call takes. The gateway reads in the name of who invokes, so some take two. */
class ScopesTest extends RegistryFixture {
    private static final Map<String, Set<Scope>> SUFFICIENT = Map.ofEntries(
            Map.entry("GET /v1/functions", Set.of(Scope.READ)),
            Map.entry("POST /v1/functions", Set.of(Scope.FUNCTIONS)),
            Map.entry("GET /v1/functions/x", Set.of(Scope.READ, Scope.INVOKE)),
            Map.entry("PUT /v1/functions/x", Set.of(Scope.FUNCTIONS)),
            Map.entry("PATCH /v1/functions/x", Set.of(Scope.FUNCTIONS)),
            Map.entry("DELETE /v1/functions/x", Set.of(Scope.FUNCTIONS)),
            Map.entry("GET /v1/functions/x/revisions", Set.of(Scope.READ)),
            Map.entry("POST /v1/functions/x/rollback", Set.of(Scope.FUNCTIONS)),
            Map.entry("POST /v1/functions/x/pause", Set.of(Scope.FUNCTIONS)),
            Map.entry("POST /v1/functions/x/resume", Set.of(Scope.FUNCTIONS)),
            Map.entry("GET /v1/activations", Set.of(Scope.READ)),
            Map.entry("GET /v1/activations/x", Set.of(Scope.READ, Scope.INVOKE)),
            Map.entry("GET /v1/activations/x/accepted", Set.of(Scope.READ, Scope.INVOKE)),
            Map.entry("GET /v1/activations/x/result", Set.of(Scope.READ)),
            Map.entry("GET /v1/activations/x/logs", Set.of(Scope.READ)),
            Map.entry("GET /v1/projects/x/quota", Set.of(Scope.READ)),
            Map.entry("GET /v1/secrets", Set.of(Scope.READ)),
            Map.entry("GET /v1/secrets/x", Set.of(Scope.READ)),
            Map.entry("PUT /v1/secrets/x", Set.of(Scope.SECRETS)),
            Map.entry("DELETE /v1/secrets/x", Set.of(Scope.SECRETS)),
            Map.entry("GET /v1/schedules", Set.of(Scope.READ)),
            Map.entry("POST /v1/schedules", Set.of(Scope.FUNCTIONS)),
            Map.entry("POST /v1/schedules/preview", Set.of(Scope.READ)),
            Map.entry("GET /v1/schedules/x", Set.of(Scope.READ)),
            Map.entry("PUT /v1/schedules/x", Set.of(Scope.FUNCTIONS)),
            Map.entry("PATCH /v1/schedules/x", Set.of(Scope.FUNCTIONS)),
            Map.entry("DELETE /v1/schedules/x", Set.of(Scope.FUNCTIONS)),
            Map.entry("POST /v1/schedules/x/pause", Set.of(Scope.FUNCTIONS)),
            Map.entry("POST /v1/schedules/x/resume", Set.of(Scope.FUNCTIONS)),
            Map.entry("POST /v1/schedules/x/trigger", Set.of(Scope.INVOKE)),
            Map.entry("POST /v1/schedules/x/backfill", Set.of(Scope.INVOKE)),
            Map.entry("GET /v1/schedules/x/ticks", Set.of(Scope.READ)),
            Map.entry("GET /v1/schedules/x/ticks/x", Set.of(Scope.READ)),
            Map.entry("GET /v1/sources", Set.of(Scope.READ)),
            Map.entry("POST /v1/sources", Set.of(Scope.FUNCTIONS)),
            Map.entry("GET /v1/sources/x", Set.of(Scope.READ)),
            Map.entry("PUT /v1/sources/x", Set.of(Scope.FUNCTIONS)),
            Map.entry("PATCH /v1/sources/x", Set.of(Scope.FUNCTIONS)),
            Map.entry("DELETE /v1/sources/x", Set.of(Scope.FUNCTIONS)),
            Map.entry("POST /v1/sources/x/pause", Set.of(Scope.FUNCTIONS)),
            Map.entry("POST /v1/sources/x/resume", Set.of(Scope.FUNCTIONS)),
            Map.entry("GET /v1/hooks", Set.of(Scope.READ)),
            Map.entry("POST /v1/hooks", Set.of(Scope.FUNCTIONS)),
            Map.entry("GET /v1/hooks/x", Set.of(Scope.READ)),
            Map.entry("PUT /v1/hooks/x", Set.of(Scope.FUNCTIONS)),
            Map.entry("PATCH /v1/hooks/x", Set.of(Scope.FUNCTIONS)),
            Map.entry("DELETE /v1/hooks/x", Set.of(Scope.FUNCTIONS)),
            Map.entry("POST /v1/hooks/x/pause", Set.of(Scope.FUNCTIONS)),
            Map.entry("POST /v1/hooks/x/resume", Set.of(Scope.FUNCTIONS)),
            Map.entry("POST /v1/hooks/x/rotate", Set.of(Scope.FUNCTIONS)),
            Map.entry("GET /v1/hooks/x/requests", Set.of(Scope.READ)),
            Map.entry("POST /v1/callback-secret", Set.of(Scope.FUNCTIONS)),
            Map.entry("POST /v1/callbacks", Set.of(Scope.INVOKE)),
            Map.entry("GET /v1/destinations", Set.of(Scope.READ)),
            Map.entry("POST /v1/destinations", Set.of(Scope.FUNCTIONS)),
            Map.entry("GET /v1/destinations/x", Set.of(Scope.READ)),
            Map.entry("PUT /v1/destinations/x", Set.of(Scope.FUNCTIONS)),
            Map.entry("PATCH /v1/destinations/x", Set.of(Scope.FUNCTIONS)),
            Map.entry("DELETE /v1/destinations/x", Set.of(Scope.FUNCTIONS)),
            Map.entry("POST /v1/destinations/x/rotate", Set.of(Scope.FUNCTIONS)),
            Map.entry("POST /v1/destinations/x/enable", Set.of(Scope.FUNCTIONS)),
            Map.entry("POST /v1/destinations/x/disable", Set.of(Scope.FUNCTIONS)),
            Map.entry("POST /v1/destinations/x/test", Set.of(Scope.FUNCTIONS)),
            Map.entry("GET /v1/batches", Set.of(Scope.READ)),
            Map.entry("GET /v1/batches/x", Set.of(Scope.READ)),
            Map.entry("GET /v1/batches/x/items", Set.of(Scope.READ)),
            Map.entry("GET /v1/batches/x/known", Set.of(Scope.INVOKE)),
            Map.entry("PUT /v1/batches/x/totals", Set.of(Scope.INVOKE)),
            Map.entry("POST /v1/batches", Set.of(Scope.INVOKE)),
            Map.entry("GET /v1/deliveries", Set.of(Scope.READ)),
            Map.entry("GET /v1/deliveries/x", Set.of(Scope.READ)),
            Map.entry("POST /v1/deliveries/x/redeliver", Set.of(Scope.INVOKE)),
            Map.entry("GET /v1/dead-letters", Set.of(Scope.READ)),
            Map.entry("GET /v1/stats", Set.of(Scope.READ)),
            Map.entry("POST /v1/dead-letters/redrive", Set.of(Scope.INVOKE)),
            Map.entry("POST /v1/dead-letters/dismiss", Set.of(Scope.INVOKE)),
            Map.entry("POST /v1/jobs", Set.of(Scope.INVOKE)),
            Map.entry("GET /v1/jobs", Set.of(Scope.READ)),
            Map.entry("GET /v1/jobs/x", Set.of(Scope.READ)),
            Map.entry("DELETE /v1/jobs/x", Set.of(Scope.INVOKE)),
            Map.entry("GET /v1/admin/policy", Set.of()),
            Map.entry("GET /v1/admin/spawners", Set.of()),
            Map.entry("GET /v1/admin/queues", Set.of()),
            Map.entry("GET /v1/admin/bus", Set.of()),
            Map.entry("GET /v1/admin/projects", Set.of()),
            Map.entry("PATCH /v1/admin/projects/x", Set.of()));

    @Test
    void aKeyMakesTheCallsOfItsScopesAndNoOthers() {
        var keys = new EnumMap<Scope, String>(Scope.class);
        for (var scope : Scope.values()) {
            keys.put(scope, publish(scope));
        }
        eventually(() -> status("GET /v1/functions", keys.get(Scope.READ)) == 200);

        SUFFICIENT.forEach((call, sufficient) -> keys.forEach((scope, key) -> {
            var status = status(call, key);
            if (sufficient.contains(scope)) {
                assertThat(status).as(call + " by " + scope).isNotIn(401, 403);
            } else {
                assertThat(status).as(call + " by " + scope).isEqualTo(403);
            }
        }));
    }

    private String publish(Scope scope) {
        var key = ApiKeyText.create(new SecureRandom());
        await(registry.bus
                .kv(Subjects.APIKEYS)
                .put(
                        Sha256.hex(key),
                        Codec.encode(new PublishedKey(
                                "key_1",
                                owner,
                                "somebody",
                                owner,
                                List.of(scope.text()),
                                Instant.now().plusSeconds(600)))));
        return key;
    }

    private int status(String call, String key) {
        var parts = call.split(" ", 2);
        return user.send(user.request(parts[1])
                        .header("Authorization", "Bearer " + key)
                        .header("Content-Type", "application/json")
                        .method(parts[0], BodyPublishers.noBody()))
                .status();
    }
}
