package dev.faas.standalone;

import dev.faas.wire.Codec;
import io.vertx.core.Vertx;
import io.vertx.openapi.contract.Operation;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Holds what is sent and what is answered against openapi.yaml, and remembers which of its problems it has seen. A test
 * that meets anything else fails. Thread-safe.
 */
final class Scrutiny {
    /** Read once for all tests of a JVM: it takes a second. */
    private static final Contract CONTRACT = Contract.of(Vertx.vertx(), ApiYaml.load());

    private static final List<String> METHODS = List.of("GET", "POST", "PUT", "PATCH", "DELETE");

    private final Set<ApiYaml.Documented> provoked = ConcurrentHashMap.newKeySet();

    static Contract contract() {
        return CONTRACT;
    }

    /** The problems that have been answered so far, by the operations whose they are. */
    Set<ApiYaml.Documented> provoked() {
        return Set.copyOf(provoked);
    }

    /** @param body what the request sends; null: nothing */
    void request(HttpRequest request, byte @Nullable [] body) {
        require(CONTRACT.request(request.method(), request.uri(), request.headers(), body), "the request", request);
    }

    /** @param body null: a stream, whose events are looked at one by one */
    void answer(HttpRequest request, int status, HttpHeaders headers, byte @Nullable [] body) {
        if (request.method().equals("OPTIONS") && status == 204) {
            require(
                    headers.firstValue("Allow").isPresent() ? Optional.empty() : Optional.of("no Allow"),
                    "204",
                    request);
            return;
        }
        var looked = request.method().equals("HEAD") ? null : body;
        var code = code(headers, looked);
        var operations = operations(request, status);
        if (operations.isEmpty() || code.equals("not_found")) {
            require(nothingThere(status, code, looked), "the answer", request);
        }
        for (var operation : code.equals("not_found") ? List.<Operation>of() : operations) {
            require(CONTRACT.answer(operation, status, headers, looked), "the answer", request);
            if (!code.isEmpty()) {
                provoked.add(new ApiYaml.Documented(operation.getOperationId(), status, code));
            }
        }
    }

    /** @param event its name in the stream */
    void event(HttpRequest request, String event, byte[] data) {
        var schema = switch (event) {
            case "state" -> "Activation";
            case "output", "log" -> "Output";
            case "end" -> "End";
            default -> throw new AssertionError("there is no event '" + event + "' in openapi.yaml");
        };
        require(CONTRACT.schema(schema, data), "the event " + event, request);
    }

    /** Whose answer it is. A method that a path does not have is refused in the name of all that it has. */
    private static List<Operation> operations(HttpRequest request, int status) {
        var methods = status == 405 ? METHODS.stream() : Stream.of(request.method());
        return methods.flatMap(method -> CONTRACT.operation(method, request.uri()).stream())
                .toList();
    }

    /** An address that is not there, or not on this port: 404 {@code not_found}, which no operation lists. */
    private static Optional<String> nothingThere(int status, String code, byte @Nullable [] body) {
        return status == 404 && code.equals("not_found") && body != null
                ? CONTRACT.schema("Problem", body)
                : Optional.of("an address that is not documented is answered " + status + " " + code);
    }

    private static String code(HttpHeaders headers, byte @Nullable [] body) {
        var type = headers.firstValue("Content-Type").orElse("");
        return body == null || !Dialect.name(type).equals(ApiYaml.PROBLEM)
                ? ""
                : Codec.readTree(body).path("code").asText();
    }

    private static void require(Optional<String> fault, String what, HttpRequest request) {
        fault.ifPresent(why -> {
            throw new AssertionError(
                    what + " is not as openapi.yaml has it: " + request.method() + " " + request.uri() + ": " + why);
        });
    }
}
