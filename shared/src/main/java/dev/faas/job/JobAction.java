package dev.faas.job;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What a job does with each thing that its filter selects. */
public enum JobAction {
    CANCEL,
    REPLAY,
    /** Of deliveries. */
    REDELIVER,
    /** A replay of dead letters. */
    REDRIVE,
    /** Of dead letters. */
    DISMISS;

    /** By the API's text. */
    public static final Map<String, JobAction> BY_TEXT =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(JobAction::text, Function.identity()));

    /** As the API writes it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether it makes activations, which are a batch. */
    public boolean submits() {
        return this == REPLAY || this == REDRIVE;
    }

    public boolean takesDeadLetters() {
        return this == REDRIVE || this == DISMISS;
    }
}
