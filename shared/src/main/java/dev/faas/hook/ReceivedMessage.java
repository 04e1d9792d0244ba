package dev.faas.hook;

import dev.faas.webhook.RequestSignature;
import dev.faas.wire.Problem;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What a sender has sent: to a hook, or to a subject. Not changed by what is read from it. */
public final class ReceivedMessage implements RequestSignature.Headers {
    private static final String STRUCTURED = "application/cloudevents+json";

    private final List<Map.Entry<String, String>> headers;
    private final byte[] body;

    public ReceivedMessage(List<Map.Entry<String, String>> headers, byte[] body) {
        this.headers = headers;
        this.body = body;
    }

    public byte[] body() {
        return body;
    }

    /** Fails with {@code invalid_request} when the body is not UTF-8. */
    String text() {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException e) {
            throw Problem.invalid("", "the body is not UTF-8").asException();
        }
    }

    @Override
    public List<String> all(String name) {
        return headers.stream()
                .filter(header -> header.getKey().equalsIgnoreCase(name))
                .map(Map.Entry::getValue)
                .toList();
    }

    /** Values of a header that comes several times, as one. */
    public Optional<String> joined(String name) {
        var values = all(name);
        return values.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", values));
    }

    public List<Map.Entry<String, String>> headers() {
        return headers;
    }

    Optional<String> contentType() {
        return single("content-type");
    }

    public boolean isStructuredEvent() {
        return mediaType().equals(STRUCTURED);
    }

    boolean isJson() {
        var type = mediaType();
        return type.equals("application/json") || type.endsWith("+json");
    }

    private String mediaType() {
        return all("content-type").stream()
                .findFirst()
                .map(ReceivedMessage::mediaType)
                .orElse("");
    }

    /** Without parameters, in lower case. */
    public static String mediaType(String contentType) {
        int end = contentType.indexOf(';');
        return (end < 0 ? contentType : contentType.substring(0, end)).trim().toLowerCase(Locale.ROOT);
    }
}
