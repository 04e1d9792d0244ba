package dev.faas.cli.definition;

import dev.faas.cli.Doc;
import java.util.ArrayList;
import java.util.List;

/** A thing as a person reads it: a title and a value a line. */
public final class TitledLines {
    private final List<String> lines = new ArrayList<>();

    /** What differs from the defaults, in the words of the flags. */
    public TitledLines definition(Fields fields, Doc thing) {
        var small = fields.withoutDefaults(thing);
        for (var field : fields.all()) {
            var value = field.read(small);
            if (value != null) {
                add(field.title(), field.type().show(value));
            }
        }
        return this;
    }

    public TitledLines add(String title, String value) {
        lines.add("%-18s%s".formatted(title + ":", value));
        return this;
    }

    /** Nothing when the field is null or empty. */
    public TitledLines field(String title, Doc thing, String field) {
        thing.find(field).filter(value -> !value.isEmpty()).ifPresent(value -> add(title, value));
        return this;
    }

    public List<String> all() {
        return lines;
    }
}
