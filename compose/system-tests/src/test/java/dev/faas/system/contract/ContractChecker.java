package dev.faas.system.contract;

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
 * Checks requests and responses against openapi.yaml, and collects the problems it has seen. Fails the test at a violation.
 * Thread-safe.
 */
public final class ContractChecker {
    /** Read once per JVM, because it takes a second. */
    private static final Contract CONTRACT = Contract.of(Vertx.vertx(), ApiYaml.load());

    private static final List<String> METHODS = List.of("GET", "POST", "PUT", "PATCH", "DELETE");

    /** The problems of requests that are rejected before their address is read; the connection is closed. */
    private static final Set<Integer> UNREAD = Set.of(400, 414, 417, 431);

    private static final Call NO_REQUEST = new Call("", null);

    private final Set<ApiYaml.Documented> provoked = ConcurrentHashMap.newKeySet();

    static Contract contract() {
        return CONTRACT;
    }

    /** The problems seen so far, by operation. */
    Set<ApiYaml.Documented> provoked() {
        return Set.copyOf(provoked);
    }

    /** @param body of the request; null if there is none */
    public void request(HttpRequest request, byte @Nullable [] body) {
        require(
                CONTRACT.request(request.method(), request.uri(), request.headers(), body),
                "the request",
                Call.of(request));
    }

    /** @param body null for a stream, whose events are checked one by one */
    public void answer(HttpRequest request, int status, HttpHeaders headers, byte @Nullable [] body) {
        answer(Call.of(request), status, headers, body);
    }

    /** @param body null for a stream, whose events are checked one by one */
    void answer(Call call, int status, HttpHeaders headers, byte @Nullable [] body) {
        if (call.method().equals("OPTIONS") && status == 204) {
            require(headers.firstValue("Allow").isPresent() ? Optional.empty() : Optional.of("no Allow"), "204", call);
            return;
        }
        var looked = call.method().equals("HEAD") ? null : body;
        var code = code(headers, looked);
        var operations = code.equals("not_found") ? List.<Operation>of() : operations(call, status);
        if (operations.isEmpty()) {
            require(ofNoOperation(status, code, headers, looked), "the answer", call);
        }
        for (var operation : operations) {
            require(CONTRACT.answer(operation, status, headers, looked), "the answer", call);
            if (!code.isEmpty()) {
                provoked.add(new ApiYaml.Documented(operation.getOperationId(), status, code));
            }
        }
    }

    /** The response to bytes without a readable address. */
    void answerToNoRequest(int status, HttpHeaders headers, byte[] body) {
        require(ofNoOperation(status, code(headers, body), headers, body), "the answer", NO_REQUEST);
    }

    /** Checks each event of a stream as it arrives. */
    public Stream<Event> events(HttpRequest request, Stream<String> lines) {
        return Event.in(lines).peek(event -> event(Call.of(request), event));
    }

    private static void event(Call call, Event event) {
        var schema = switch (event.name()) {
            case "state" -> "Activation";
            case "output", "log" -> "Output";
            case "progress" -> "Batch";
            case "end" -> "End";
            default -> throw new AssertionError("there is no event '" + event.name() + "' in openapi.yaml");
        };
        require(CONTRACT.schema(schema, Codec.write(event.data())), "the event " + event.name(), call);
    }

    /**
     * The operation of a response. A 405 belongs to every operation of its path. Not every port has all paths, and HEAD has no
     * code that tells.
     */
    private static List<Operation> operations(Call call, int status) {
        var methods = status == 405 ? METHODS.stream() : Stream.of(call.method());
        return call.address()
                .map(there -> methods.flatMap(method -> CONTRACT.operation(method, there).stream())
                        .filter(found ->
                                !call.method().equals("HEAD") || status != 404 || found.getResponse(status) != null)
                        .toList())
                .orElse(List.of());
    }

    /** An unknown address, an address of another port, or a request that is rejected before its address is read. */
    private static Optional<String> ofNoOperation(
            int status, String code, HttpHeaders headers, byte @Nullable [] body) {
        var closes = headers.firstValue("Connection").filter("close"::equals).isPresent();
        var known = status == 404 ? body == null || code.equals("not_found") : closes && UNREAD.contains(status);
        if (!known) {
            return Optional.of("no operation answers " + status + " " + code + (closes ? " and closes" : ""));
        }
        return body == null ? Optional.empty() : CONTRACT.schema("Problem", body);
    }

    private static String code(HttpHeaders headers, byte @Nullable [] body) {
        var type = headers.firstValue("Content-Type").orElse("");
        return body == null || !Dialect.name(type).equals(ApiYaml.PROBLEM)
                ? ""
                : Codec.readTree(body).path("code").asText();
    }

    private static void require(Optional<String> fault, String what, Call call) {
        fault.ifPresent(why -> {
            throw new AssertionError(what + " is not as openapi.yaml has it: " + call + ": " + why);
        });
    }
}
