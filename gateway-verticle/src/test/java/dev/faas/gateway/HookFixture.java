package dev.faas.gateway;

import dev.faas.activation.Activation;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.RunSpec;
import dev.faas.config.Env;
import dev.faas.hook.BodyMapping;
import dev.faas.hook.BodyMapping.As;
import dev.faas.hook.HookSignature;
import dev.faas.hook.HookSpec;
import dev.faas.hook.HookSpec.Limits;
import dev.faas.hook.HookSpec.Reading;
import dev.faas.hook.PublishedHook;
import dev.faas.hook.PublishedHook.PathSecret;
import dev.faas.hook.SealedSecrets;
import dev.faas.seal.SealingKey;
import dev.faas.testing.Await;
import dev.faas.testing.Records;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Ids;
import dev.faas.wire.Sha256;
import dev.faas.wire.Subjects;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** A gateway, and hooks as a registry publishes them. */
abstract class HookFixture {
    static final String SECRET = "0f".repeat(20);
    static final SealingKey SEALING = SealingKey.ofHooks(Env.of(RunningGateway.HOOK_KEYS.ofHooksAtRegistry()))
            .orElseThrow();

    static final HookSpec PLAIN = new HookSpec(
            "push",
            HookSignature.NONE,
            new Reading(null, new BodyMapping(As.WHOLE, null, null), List.of(), Map.of()),
            new Limits(1, 10_000),
            Map.of());

    static RunningGateway faas;
    static FunctionRevision function;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        faas = new RunningGateway(directory);
        function = faas.function("build");
        Await.await(faas.queue.ensureConsumer(function));
    }

    @AfterAll
    static void stop() throws IOException {
        faas.close();
    }

    /** Returns its address. */
    static String hook(HookSpec spec, String... secrets) throws Exception {
        return hook(spec, false, List.of(new PathSecret(Sha256.hex(SECRET), null)), secrets);
    }

    static String hook(HookSpec spec, boolean paused, List<PathSecret> paths, String... secrets) throws Exception {
        var id = Ids.hook(Instant.now());
        var sealed = secrets.length == 0 ? null : SealedSecrets.seal(SEALING, faas.alice, id, List.of(secrets));
        publish(
                id,
                new PublishedHook(
                        faas.alice, new PublishedHook.Target(function.id(), null), spec, sealed, paths, paused));
        return "/hooks/" + id + "/" + SECRET;
    }

    /** And waits until the gateway has it: the answer to a write is held back until then. */
    static void publish(String id, PublishedHook hook) throws Exception {
        long revision = Await.await(faas.bus.kv(Subjects.HOOKS).put(id, Codec.encode(hook)));
        faas.registry.answers(request -> request.response()
                .putHeader("Faas-Hook-Sequence", Long.toString(revision))
                .end());
        faas.send(faas.as(faas.alice, "/v1/hooks/any").DELETE());
        faas.registry.answersNothing();
    }

    static String idOf(String address) {
        return address.split("/")[2];
    }

    static HookSpec with(String field, Object value) {
        return Records.with(PLAIN, field, value);
    }

    static HookSpec reading(String field, Object value) {
        return with("reading", Records.with(PLAIN.reading(), field, value));
    }

    static GatewayAnswer send(String address, String body, String... headers) throws IOException, InterruptedException {
        return send(address, body.getBytes(StandardCharsets.UTF_8), headers);
    }

    static GatewayAnswer send(String address, byte[] body, String... headers) throws IOException, InterruptedException {
        return faas.send(request(address, body, headers));
    }

    static HttpRequest.Builder request(String address, byte[] body, String... headers) {
        var request = faas.request(address).POST(BodyPublishers.ofByteArray(body));
        return headers.length == 0 ? request : request.headers(headers);
    }

    static Activation accepted(GatewayAnswer answer) {
        return queued(answer).activation();
    }

    static RunSpec runSpec(GatewayAnswer answer) {
        return queued(answer).order();
    }

    private static ActivationRecord.Queued queued(GatewayAnswer answer) {
        if (answer.status() != 202) {
            throw new AssertionError(answer.status() + " " + answer.text());
        }
        return (ActivationRecord.Queued) Await.await(faas.events.last(answer.field("activationId")))
                .orElseThrow()
                .record();
    }
}
