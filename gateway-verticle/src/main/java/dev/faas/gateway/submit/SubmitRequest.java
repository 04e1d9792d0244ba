package dev.faas.gateway.submit;

import dev.faas.gateway.forward.Caller;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRevision;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * An activation that a client asks for.
 *
 * @param source what the request refers to besides the function: a pinned revision, an activation to replay
 */
public record SubmitRequest(
        FunctionRevision function, Submission submission, String source, Optional<IdempotencyKey> key, Caller caller) {

    /** @param ref the function as the request names it */
    public static SubmitRequest of(
            FunctionRevision function, String ref, Submission submission, Optional<IdempotencyKey> key, Caller caller) {
        int pinned = ref.indexOf('@');
        return new SubmitRequest(function, submission, pinned < 0 ? "" : ref.substring(pinned), key, caller);
    }

    /** Within which the caller may use a key once. */
    String scope() {
        return caller.userId() + " " + function.id();
    }

    /** The same for the same request, however its JSON is written; the revision that is current counts for nothing. */
    byte[] meaning() {
        var said = new ArrayList<Object>(List.of(source, submission.argument(), new TreeMap<>(submission.tags())));
        submission.timeoutSeconds().ifPresent(said::add);
        return Codec.write(said);
    }
}
