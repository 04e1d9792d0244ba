package dev.faas.gateway.forward;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.activation.Activation;
import dev.faas.activation.ActivationRecord;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.util.Optional;

/** Reads functions and ended activations from the registry, in the caller's name. */
public final class RegistryClient {
    /** The internal form of a function revision; clients never get it. */
    public static final String REVISION = "application/vnd.faas.revision+json";

    private static final String SEQUENCE = "Faas-Sequence";

    /**
     * @param record as clients see it
     * @param sequence of its last event, which may be pruned from the event stream
     */
    public record LedgerEntry(JsonNode record, long sequence) {}

    private final Upstream registry;

    public RegistryClient(Upstream registry) {
        this.registry = registry;
    }

    /** Requires a valid {@code ref}, which needs no escaping. */
    public Future<Optional<FunctionRevision>> findFunction(String ref, Caller caller) {
        return registry.get("/v1/functions/" + ref, REVISION, caller)
                .map(response -> isFound(response)
                        ? Optional.of(Codec.decode(response.body().getBytes(), FunctionRevision.class))
                        : Optional.empty());
    }

    public Future<Optional<LedgerEntry>> findActivation(String id, Caller caller) {
        return registry.get("/v1/activations/" + id, "application/json", caller)
                .map(response -> isFound(response) ? Optional.of(toEntry(response)) : Optional.empty());
    }

    /** The accepted event, with its run spec. Fails with {@code activation_not_found} or {@code result_expired}. */
    public Future<ActivationRecord.Queued> fetchAccepted(String id, Caller caller) {
        return registry.get("/v1/activations/" + id + "/accepted", "application/json", caller)
                .map(response -> {
                    if (response.status() == 410) {
                        throw Problem.of(
                                        410,
                                        "result_expired",
                                        "Result expired",
                                        "The input of activation " + id
                                                + " has expired. Submit a new activation with its argument.")
                                .asException();
                    }
                    if (!isFound(response)) {
                        throw Problem.activationNotFound(id).asException();
                    }
                    return (ActivationRecord.Queued)
                            Codec.decode(response.body().getBytes(), ActivationRecord.class);
                });
    }

    /**
     * A callback as the submit names it, with the id of its destination. Fails with {@code destination_not_found},
     * {@code callback_secret_missing} or {@code address_forbidden}.
     */
    public Future<Activation.Callback> resolve(Activation.Callback callback, Caller caller) {
        return registry.send(HttpMethod.POST, "/v1/callbacks", Buffer.buffer(Codec.write(callback)), caller)
                .map(registry::requireOk)
                .map(found -> new Activation.Callback(
                        callback.url(), found.path("destination").textValue(), callback.on()));
    }

    private static LedgerEntry toEntry(Upstream.Response response) {
        var sequence = response.headers().get(SEQUENCE);
        return new LedgerEntry(
                Codec.readTree(response.body().getBytes()), sequence == null ? 0 : Long.parseLong(sequence));
    }

    private boolean isFound(Upstream.Response response) {
        return switch (response.status()) {
            case 200 -> true;
            case 404, 410 -> false;
            case 401 ->
                throw Problem.unauthenticated("The access token is no longer valid. Log in again.")
                        .asException();
            case 403 ->
                throw Problem.forbidden(Codec.readTree(response.body().getBytes())
                                .path("detail")
                                .asText())
                        .asException();
            default -> throw registry.unavailable().asException();
        };
    }
}
