package dev.faas.cli.function;

import dev.faas.cli.Doc;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a function is, without what the server adds: compares and trims documents. */
final class Spec {
    private Spec() {}

    /** A difference of one field, or of one entry of {@code env} and {@code labels}. Null: it is absent. */
    record Change(
            String path, @Nullable Object from, @Nullable Object to) {}

    /** A copy without the members that the server sets. */
    static Doc body(Doc function) {
        var body = new Doc(new LinkedHashMap<>(function.fields()));
        Field.OF_SERVER.forEach(body.fields()::remove);
        return body;
    }

    /** The members that this client has no field for: a newer server has them. */
    static Doc unknown(Doc function) {
        var unknown = body(function);
        Field.ALL.forEach(field -> unknown.fields().remove(field.path().replaceFirst("\\..*", "")));
        return unknown;
    }

    /** Only what differs from the defaults, in the order of the table. The mode always, because platforms have another default. */
    static Doc withoutDefaults(Doc function) {
        var small = Doc.empty();
        for (var field : Field.ALL) {
            var value = field.read(function);
            if (value != null && (field.path().equals(Field.MODE) || !same(value, field.fallback()))) {
                field.write(small, value instanceof Map<?, ?> map ? sorted(map) : value);
            }
        }
        return small;
    }

    private static Map<String, @Nullable Object> sorted(Map<?, ?> map) {
        var sorted = new TreeMap<String, @Nullable Object>();
        map.forEach((key, value) -> sorted.put(String.valueOf(key), value));
        return sorted;
    }

    /** What the server makes of {@code wanted}: a member that is absent or null has its default.
     *
     * @param stored tells the platform's default mode, and the members that this client has no field for
     */
    static Doc asStored(Doc wanted, Doc stored) {
        var whole = body(wanted);
        for (var field : Field.ALL) {
            if (field.read(whole) == null) {
                field.write(whole, field.path().equals(Field.MODE) ? field.read(stored) : field.fallback());
            }
        }
        body(stored).fields().forEach(whole.fields()::putIfAbsent);
        return whole;
    }

    static Doc withDefaults(Doc function) {
        return asStored(function, Doc.empty());
    }

    /** What turns one whole document into the other, in the order of the table. */
    static List<Change> changes(Doc from, Doc to) {
        var before = flat(withDefaults(from));
        var after = flat(withDefaults(to));
        var paths = new LinkedHashMap<String, Boolean>();
        before.keySet().forEach(path -> paths.put(path, true));
        after.keySet().forEach(path -> paths.put(path, true));
        var changes = new ArrayList<Change>();
        for (var path : paths.keySet()) {
            if (!same(before.get(path), after.get(path))) {
                changes.add(new Change(path, before.get(path), after.get(path)));
            }
        }
        changes.sort(Comparator.comparingInt(change -> position(change.path())));
        return changes;
    }

    private static int position(String path) {
        return Field.around(path).map(Field.ALL::indexOf).orElse(Field.ALL.size());
    }

    private static Map<String, @Nullable Object> flat(Doc function) {
        var flat = new LinkedHashMap<String, @Nullable Object>();
        body(function).fields().forEach((name, value) -> {
            if (value instanceof Map<?, ?> members) {
                members.forEach((member, inner) -> flat.put(name + "." + member, inner));
            } else {
                flat.put(name, value);
            }
        });
        return flat;
    }

    /** Of a function that is new: all that differs from the defaults. */
    static List<Change> changes(Doc created) {
        return changes(Doc.empty(), withoutDefaults(created));
    }

    static boolean isSame(Doc one, Doc other) {
        return changes(one, other).isEmpty();
    }

    private static boolean same(@Nullable Object one, @Nullable Object other) {
        if (one instanceof Number a && other instanceof Number b) {
            return new BigDecimal(a.toString()).compareTo(new BigDecimal(b.toString())) == 0;
        }
        return Objects.equals(one, other);
    }
}
