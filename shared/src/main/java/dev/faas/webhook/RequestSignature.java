package dev.faas.webhook;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Decides from the raw bytes of a request whether its sender has a secret. Signatures are compared in constant time. */
public sealed interface RequestSignature permits StandardWebhooks, HmacSignature {
    /** A request whose timestamp differs more from the clock may be a replay. */
    Duration TOLERANCE = Duration.ofMinutes(5);

    /** The headers of a request by name, in any case: {@code MultiMap::getAll}. */
    @FunctionalInterface
    interface Headers {
        List<String> all(String name);

        /** Empty also for a header that comes twice: two readers could take two values for the one that was signed. */
        default Optional<String> single(String name) {
            var values = all(name);
            return values.size() == 1 ? Optional.of(values.getFirst()) : Optional.empty();
        }
    }

    boolean isValid(Headers headers, byte[] body, Instant now);

    /** @param seconds since 1970, as the header has them */
    static boolean isRecent(String seconds, Instant now) {
        // At most 12 digits: a long holds them, and Instant does not overflow.
        return seconds.matches("[0-9]{1,12}")
                && Duration.between(Instant.ofEpochSecond(Long.parseLong(seconds)), now)
                                .abs()
                                .compareTo(TOLERANCE)
                        <= 0;
    }
}
