package dev.faas.gateway.forward;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.activation.ActivationRecord;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import java.util.Optional;

/** What the gateway asks the registry itself, in the caller's name. */
public final class RegistryClient {
    /** A function revision as the parts know it, not as clients do. */
    public static final String REVISION = "application/vnd.faas.revision+json";

    private static final String SEQUENCE = "Faas-Sequence";

    /**
     * An activation out of the ledger.
     *
     * @param record as clients see it
     * @param sequence of its last event, which the stream may have no more
     */
    public record LedgerEntry(JsonNode record, long sequence) {}

    private final Upstream registry;

    public RegistryClient(Upstream registry) {
        this.registry = registry;
    }

    /** {@code ref} is checked already: it needs no escaping. */
    public Future<Optional<FunctionRevision>> function(String ref, Caller caller) {
        return registry.get("/v1/functions/" + ref, REVISION, caller)
                .map(answer -> found(answer)
                        ? Optional.of(Codec.decode(answer.body().getBytes(), FunctionRevision.class))
                        : Optional.empty());
    }

    public Future<Optional<LedgerEntry>> activation(String id, Caller caller) {
        return registry.get("/v1/activations/" + id, "application/json", caller)
                .map(answer -> found(answer) ? Optional.of(entry(answer)) : Optional.empty());
    }

    /** An activation as it was accepted, with its order. Fails with {@code activation_not_found} or {@code result_expired}. */
    public Future<ActivationRecord.Queued> accepted(String id, Caller caller) {
        return registry.get("/v1/activations/" + id + "/accepted", "application/json", caller)
                .map(answer -> {
                    if (answer.status() == 410) {
                        throw Problem.of(
                                        410,
                                        "result_expired",
                                        "Result expired",
                                        "What this activation was to run is kept no longer. Submit it anew, with its argument.")
                                .asException();
                    }
                    if (!found(answer)) {
                        throw Problem.activationNotFound(id).asException();
                    }
                    return (ActivationRecord.Queued) Codec.decode(answer.body().getBytes(), ActivationRecord.class);
                });
    }

    private static LedgerEntry entry(Upstream.Answer answer) {
        var sequence = answer.headers().get(SEQUENCE);
        return new LedgerEntry(
                Codec.readTree(answer.body().getBytes()), sequence == null ? 0 : Long.parseLong(sequence));
    }

    private boolean found(Upstream.Answer answer) {
        return switch (answer.status()) {
            case 200 -> true;
            case 404, 410 -> false;
            case 401 ->
                throw Problem.unauthenticated("The access token is not valid any more.")
                        .asException();
            default -> throw registry.away().asException();
        };
    }
}
