package dev.faas.acceptance;

import io.vertx.core.Future;
import java.util.Optional;

/** Maps the keys of requests to activation ids. */
public interface ActivationNames {
    /** @param isNew whether this request created the entry */
    record KeyClaim(String activationId, boolean isNew) {}

    /** For programs whose requests have no keys. */
    ActivationNames NONE = new ActivationNames() {
        @Override
        public Future<KeyClaim> claim(SubmitRequest request, String freshId) {
            throw new UnsupportedOperationException("no keys here");
        }

        @Override
        public Future<Optional<String>> find(SubmitRequest request) {
            throw new UnsupportedOperationException("no keys here");
        }
    };

    /** Finds the activation of a key, or assigns the fresh id to it. After a failure nothing was accepted. */
    Future<KeyClaim> claim(SubmitRequest request, String freshId);

    /** Finds the activation of a key. Fails as {@link #claim} does. */
    Future<Optional<String>> find(SubmitRequest request);
}
