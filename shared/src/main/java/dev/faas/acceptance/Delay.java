package dev.faas.acceptance;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Says when a submitted activation is due. */
public sealed interface Delay {
    Duration LONGEST = Duration.ofDays(7);

    Instant due(Instant submittedAt);

    /** Its name in a request. */
    String field();

    record Until(Instant notBefore) implements Delay {
        public Until {
            notBefore = notBefore.truncatedTo(ChronoUnit.MILLIS);
        }

        @Override
        public Instant due(Instant submittedAt) {
            // A time that has passed is now; it may be too long ago for the ledger.
            return notBefore.isBefore(submittedAt) ? submittedAt : notBefore;
        }

        @Override
        public String field() {
            return "notBefore";
        }
    }

    record Of(Duration length) implements Delay {
        @Override
        public Instant due(Instant submittedAt) {
            return submittedAt.plus(length);
        }

        @Override
        public String field() {
            return "delaySeconds";
        }
    }
}
