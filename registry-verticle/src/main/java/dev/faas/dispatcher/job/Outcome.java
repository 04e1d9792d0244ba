package dev.faas.dispatcher.job;

import java.time.Duration;

/** What became of an item of a page. */
sealed interface Outcome {
    Outcome CANCELLED = new Done("");
    Outcome FAILED = new Failed();

    /** @param activation what was submitted; empty: nothing was to be */
    record Done(String activation) implements Outcome {}

    record Failed() implements Outcome {}

    /** It may be possible after this time: the item stays in the page. */
    record Later(Duration pause) implements Outcome {}
}
