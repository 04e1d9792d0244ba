package dev.faas.wire;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether a function is paused, and when it was. While it is, none of its activations begins, and the time in the queue
 * does not count.
 *
 * @param current null: it is not paused
 * @param past the oldest first
 * @param longestSeconds how much longer an activation may stay in the queue by pauses: the event stream must still have it
 */
public record FunctionPauses(@Nullable Pause current, List<Span> past, long longestSeconds) implements Versioned {
    public static final FunctionPauses NONE = new FunctionPauses(null, List.of(), 0);

    private static final int MAX_PAST = 20;

    /** Is equal to the value that the codec omits. */
    static final class OmittedNone {
        @Override
        public boolean equals(@Nullable Object value) {
            return NONE.equals(value);
        }

        @Override
        public int hashCode() {
            return NONE.hashCode();
        }
    }

    /** @param refusesSubmits whether submits are refused meanwhile; else they wait */
    public record Pause(Instant since, String note, boolean refusesSubmits) {
        public Pause {
            Objects.requireNonNull(since);
            Objects.requireNonNull(note);
        }
    }

    /** @param until excluded */
    public record Span(Instant from, Instant until) {
        public Span {
            Objects.requireNonNull(from);
            Objects.requireNonNull(until);
        }
    }

    public FunctionPauses {
        past = past == null ? List.of() : List.copyOf(past);
    }

    @JsonIgnore
    public boolean isPaused() {
        return current != null;
    }

    @JsonIgnore
    public boolean refusesSubmits() {
        return current != null && current.refusesSubmits();
    }

    /** A pause that goes on keeps its beginning. */
    public FunctionPauses paused(String note, boolean refusesSubmits, Instant now, Duration longest) {
        var since = current == null ? now : current.since();
        return new FunctionPauses(new Pause(since, note, refusesSubmits), past, longest.toSeconds());
    }

    public FunctionPauses resumed(Instant now) {
        if (current == null) {
            return this;
        }
        var spans = new ArrayList<>(past);
        if (now.isAfter(current.since())) {
            spans.add(new Span(current.since(), now));
        }
        var kept = spans.subList(Math.max(0, spans.size() - MAX_PAST), spans.size());
        return new FunctionPauses(null, kept, longestSeconds);
    }

    /**
     * When the time in the queue is over.
     *
     * @param since when it began
     * @param deadline when it would be over without pauses
     */
    public Instant extend(Instant since, Instant deadline, Instant now) {
        var end = deadline;
        for (var span : spans(now)) {
            var from = span.from().isAfter(since) ? span.from() : since;
            if (from.isBefore(end) && span.until().isAfter(from)) {
                end = end.plus(Duration.between(from, span.until()));
            }
        }
        var last = deadline.plusSeconds(longestSeconds);
        return end.isAfter(last) ? last : end;
    }

    private List<Span> spans(Instant now) {
        if (current == null) {
            return past;
        }
        var all = new ArrayList<>(past);
        all.add(new Span(current.since(), now));
        return all;
    }
}
