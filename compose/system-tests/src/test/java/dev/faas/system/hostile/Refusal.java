package dev.faas.system.hostile;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One row of a table: a request, its port, and the expected problem. In the target and in headers
 * <code>{token}</code>, <code>{fn}</code> and the like stand for things of the {@link Scenario}.
 *
 * @param body one character per byte
 * @param wire the whole raw request; null: built from the components above
 * @param fields all paths of the problem's {@code errors}; null: not checked
 * @param answerHeaders the expected response headers
 */
record Refusal(
        String what,
        Door door,
        String method,
        String target,
        List<String> headers,
        String body,
        @Nullable String wire,
        int status,
        String code,
        @Nullable List<String> fields,
        Map<String, String> answerHeaders) {

    /** The public ports. */
    enum Door {
        API,
        AUTH,
        REGISTRY
    }

    static Refusal request(String what, String method, String target) {
        return new Refusal(what, Door.API, method, target, List.of(), "", null, 0, "", null, Map.of());
    }

    /** A raw request, valid or not; Latin-1. */
    static Refusal wire(String what, String bytes) {
        return new Refusal(what, Door.API, "", "", List.of(), "", bytes, 0, "", null, Map.of());
    }

    Refusal named(String name) {
        return new Refusal(name, door, method, target, headers, body, wire, status, code, fields, answerHeaders);
    }

    /** As the user of the scenario. */
    Refusal asUser() {
        return with("Authorization: Bearer {token}");
    }

    Refusal with(String header) {
        var more = new ArrayList<>(headers);
        more.add(header);
        return new Refusal(what, door, method, target, more, body, wire, status, code, fields, answerHeaders);
    }

    /** A body in JSON, in which ' stands for ". */
    Refusal json(String text) {
        return body("application/json", text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    Refusal body(String type, byte[] bytes) {
        return with("Content-Type: " + type).bytes(bytes);
    }

    Refusal bytes(byte[] bytes) {
        var latin1 = new String(bytes, StandardCharsets.ISO_8859_1);
        return new Refusal(what, door, method, target, headers, latin1, wire, status, code, fields, answerHeaders);
    }

    Refusal is(int expected, String expectedCode) {
        return new Refusal(
                what, door, method, target, headers, body, wire, expected, expectedCode, fields, answerHeaders);
    }

    /** 400 invalid_request with errors at exactly these paths. */
    Refusal isInvalidAt(String... paths) {
        return new Refusal(
                what, door, method, target, headers, body, wire, 400, "invalid_request", List.of(paths), answerHeaders);
    }

    Refusal answering(String header, String value) {
        var more = new TreeMap<>(answerHeaders);
        more.put(header, value);
        return new Refusal(what, door, method, target, headers, body, wire, status, code, fields, more);
    }

    /** The connection is closed without a response, because the protocol allows none. */
    Refusal isCutOff() {
        return is(0, "");
    }

    boolean cutOff() {
        return status == 0;
    }

    Refusal through(Door other) {
        return new Refusal(what, other, method, target, headers, body, wire, status, code, fields, answerHeaders);
    }

    /** The same at each of these ports. */
    Stream<Refusal> at(Door... doors) {
        return Stream.of(doors).map(this::through);
    }

    byte[] onTheWire(Scenario scene) {
        if (wire != null) {
            return scene.fillIn(wire).getBytes(StandardCharsets.ISO_8859_1);
        }
        var head = new StringBuilder(method).append(' ').append(target).append(" HTTP/1.1\r\nHost: faas\r\n");
        headers.forEach(header -> head.append(header).append("\r\n"));
        if (!body.isEmpty()) {
            head.append("Content-Length: ").append(body.length()).append("\r\n");
        }
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(scene.fillIn(head.append("\r\n").toString()).getBytes(StandardCharsets.ISO_8859_1));
        bytes.writeBytes(body.getBytes(StandardCharsets.ISO_8859_1));
        return bytes.toByteArray();
    }

    @Override
    public String toString() {
        return door + ": " + what;
    }
}
