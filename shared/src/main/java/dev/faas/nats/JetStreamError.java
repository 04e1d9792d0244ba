package dev.faas.nats;

import com.fasterxml.jackson.databind.JsonNode;
import io.nats.client.JetStreamApiException;

/** Names the error codes of JetStream that this platform handles; {@code server/errors.json} of nats-server lists them all.
 */
enum JetStreamError {
    /** In a cluster: too few servers, or too few with room. */
    NO_SUITABLE_PEERS(10005),
    CONSUMER_NOT_FOUND(10014),
    INSUFFICIENT_RESOURCES(10023),
    NO_MESSAGE_FOUND(10037),
    SEQUENCE_NOT_FOUND(10043),
    STORAGE_RESOURCES_EXCEEDED(10047),
    MESSAGE_DELETE_FAILED(10057),
    STREAM_NAME_EXISTS(10058),
    STREAM_NOT_FOUND(10059),
    WRONG_LAST_SEQUENCE(10071),
    STREAM_STORE_FAILED(10077),
    WRONG_LAST_SEQUENCE_CONSTANT(10164),
    OTHER(0);

    private final int code;

    JetStreamError(int code) {
        this.code = code;
    }

    /** The error in an answer of the JetStream API; {@link #OTHER} when there is none. */
    static JetStreamError of(JsonNode answer) {
        return of(answer.path("error").path("err_code").asInt());
    }

    static JetStreamError of(JetStreamApiException failure) {
        return of(failure.getApiErrorCode());
    }

    private static JetStreamError of(int code) {
        for (var known : values()) {
            if (known.code == code) {
                return known;
            }
        }
        return OTHER;
    }
}
