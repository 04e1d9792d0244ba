package dev.faas.cli.definition;

import dev.faas.cli.Doc;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A field of a definition and the flag that sets it.
 *
 * @param path in the document, such as {@code limits.memoryMb}
 * @param flags its names; empty: no flag sets it
 * @param fallback the default; null: none
 * @param label of the flag's value
 */
public record Field(
        String path,
        List<String> flags,
        FieldType type,
        @Nullable Object fallback,
        String label,
        String help) {
    /** Of every definition. */
    public static final String NAME = "name";

    /** @param flags with commas between; empty: no flag sets it */
    public static Field of(
            String path, String flags, FieldType type, @Nullable Object fallback, String label, String help) {
        return new Field(path, flags.isEmpty() ? List.of() : List.of(flags.split(",")), type, fallback, label, help);
    }

    /** The long name of its flag. */
    public String flag() {
        return flags.getLast();
    }

    /** As a person reads it, in the words of the flags. */
    public String title() {
        return flags.isEmpty() ? path : flag().substring(2);
    }

    boolean contains(String inner) {
        return inner.equals(path) || inner.startsWith(path + ".") || inner.startsWith(path + "[");
    }

    /** Whether it is there, if only as null. */
    boolean isIn(Doc thing) {
        int dot = path.indexOf('.');
        return dot < 0
                ? thing.fields().containsKey(path)
                : thing.doc(path.substring(0, dot)).fields().containsKey(path.substring(dot + 1));
    }

    /** Null when it is absent. */
    public @Nullable Object read(Doc thing) {
        int dot = path.indexOf('.');
        return dot < 0 ? thing.get(path) : thing.doc(path.substring(0, dot)).get(path.substring(dot + 1));
    }

    public void write(Doc thing, @Nullable Object value) {
        int dot = path.indexOf('.');
        if (dot < 0) {
            thing.with(path, value);
            return;
        }
        var group = path.substring(0, dot);
        var members = new LinkedHashMap<>(thing.doc(group).fields());
        members.put(path.substring(dot + 1), value);
        thing.with(group, members);
    }
}
