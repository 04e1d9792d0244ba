package dev.faas.cli.output;

import dev.faas.cli.Doc;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;

/**
 * A column of a list.
 *
 * @param value as a pipe gets it: never cut, times in RFC 3339
 * @param shown as a terminal shows it
 * @param isWhole whether a narrow terminal shows it uncut
 */
public record Column(
        String title, Function<Doc, String> value, Function<Doc, String> shown, boolean rightAligned, boolean isWhole) {
    public Column(String title, Function<Doc, String> value, Function<Doc, String> shown, boolean rightAligned) {
        this(title, value, shown, rightAligned, false);
    }

    /** An id: a part of it would be of no use. */
    public static Column whole(String title, String field) {
        return new Column(title, doc -> doc.text(field), doc -> doc.text(field), false, true);
    }

    public static Column text(String title, Function<Doc, String> value) {
        return new Column(title, value, value, false);
    }

    public static Column text(String title, String field) {
        return text(title, doc -> doc.text(field));
    }

    public static Column number(String title, Function<Doc, String> value) {
        return new Column(title, value, value, true);
    }

    /** A terminal shows how long ago it is. */
    public static Column time(String title, String field) {
        return new Column(title, doc -> doc.text(field), doc -> ago(doc.time(field)), false);
    }

    /** A terminal shows how long it is until then. */
    public static Column end(String title, String field) {
        return new Column(
                title,
                doc -> doc.text(field),
                doc -> doc.time(field)
                        .map(t -> Durations.until(t, Instant.now()))
                        .orElse(""),
                false);
    }

    /** Milliseconds in a pipe, a rounded duration on a terminal. */
    public static Column duration(String title, Function<Doc, Optional<Long>> millis) {
        return new Column(
                title,
                doc -> millis.apply(doc).map(String::valueOf).orElse(""),
                doc -> millis.apply(doc).map(Durations::render).orElse(""),
                true);
    }

    private static String ago(Optional<Instant> time) {
        return time.map(t -> Durations.ago(t, Instant.now())).orElse("");
    }
}
