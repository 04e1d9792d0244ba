package dev.faas.activation;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where the end of an activation goes, besides the destinations of its owner that select it. One of the first two is null.
 *
 * @param url of a receiver
 * @param destination id of one of the owner's
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record Callback(@Nullable String url, @Nullable String destination, List<Outcome> on) {
    /** How an activation ends, for its submitter. */
    public enum Outcome {
        SUCCESS,
        /** Any end without success. */
        FAILURE;

        @JsonValue
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** @param status a terminal one */
        public static Outcome of(Status status) {
            return status == Status.SUCCEEDED ? SUCCESS : FAILURE;
        }
    }

    public Callback {
        if ((url == null) == (destination == null)) {
            throw new IllegalArgumentException("a callback has a url or a destination");
        }
        on = List.copyOf(on);
    }
}
