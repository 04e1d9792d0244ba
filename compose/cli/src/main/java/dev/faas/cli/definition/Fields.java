package dev.faas.cli.definition;

import dev.faas.cli.Doc;
import dev.faas.cli.http.ApiFailure;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What users define of a thing such as a function, without what the server adds: compares and trims documents.
 *
 * @param kind of the thing
 * @param all in the order of documents
 * @param required by a file
 * @param ofServer members that the server sets; a request may carry them and the server ignores them
 * @param kept their value stays when a definition does not name them
 */
public record Fields(String kind, List<Field> all, List<String> required, List<String> ofServer, Set<String> kept) {
    /** The key of a list of them in a file. */
    public String listKey() {
        return kind + "s";
    }

    public Optional<Field> at(String path) {
        return all.stream().filter(field -> field.path().equals(path)).findFirst();
    }

    /** The field that a path of the server's errors is in, such as {@code env.LEVEL} or {@code command[3]}. */
    public Optional<Field> around(String path) {
        return all.stream().filter(field -> field.contains(path)).findFirst();
    }

    boolean isGroup(String key) {
        return all.stream().anyMatch(field -> field.path().startsWith(key + "."));
    }

    /** A copy without the members that the server sets. */
    public Doc body(Doc thing) {
        var body = new Doc(new LinkedHashMap<>(thing.fields()));
        ofServer.forEach(body.fields()::remove);
        return body;
    }

    /** The members that this client has no field for: a newer server has them. */
    public Doc unknown(Doc thing) {
        var unknown = body(thing);
        all.forEach(field -> unknown.fields().remove(field.path().replaceFirst("\\..*", "")));
        return unknown;
    }

    /** Only what differs from the defaults, in the order of the table. */
    public Doc withoutDefaults(Doc thing) {
        var small = Doc.empty();
        for (var field : all) {
            var value = field.read(thing);
            if (value != null && !same(value, field.fallback())) {
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
     * @param stored has what is kept, and the members that this client has no field for
     */
    public Doc asStored(Doc wanted, Doc stored) {
        var whole = body(wanted);
        for (var field : all) {
            if (field.read(whole) == null) {
                field.write(whole, isKept(field, whole) ? field.read(stored) : field.fallback());
            }
        }
        body(stored).fields().forEach(whole.fields()::putIfAbsent);
        return whole;
    }

    private boolean isKept(Field field, Doc definition) {
        return kept.contains(field.path()) && !field.isIn(definition);
    }

    /** A copy of {@code wanted} that names what is kept. */
    public Doc withKept(Doc wanted, Doc stored) {
        var whole = new Doc(new LinkedHashMap<>(wanted.fields()));
        all.stream().filter(field -> isKept(field, wanted)).forEach(field -> field.write(whole, field.read(stored)));
        return whole;
    }

    public Doc withDefaults(Doc thing) {
        return asStored(thing, Doc.empty());
    }

    /** What turns one whole document into the other, in the order of the table. */
    public List<Change> changes(Doc from, Doc to) {
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

    private int position(String path) {
        return around(path).map(all::indexOf).orElse(all.size());
    }

    private Map<String, @Nullable Object> flat(Doc thing) {
        var flat = new LinkedHashMap<String, @Nullable Object>();
        body(thing).fields().forEach((name, value) -> {
            if (value instanceof Map<?, ?> members) {
                members.forEach((member, inner) -> flat.put(name + "." + member, inner));
            } else {
                flat.put(
                        name,
                        at(name).map(field -> field.type().canonical(value)).orElse(value));
            }
        });
        return flat;
    }

    /** Of a thing that is new: all that differs from the defaults. */
    public List<Change> changes(Doc created) {
        return changes(Doc.empty(), withoutDefaults(created));
    }

    public boolean isSame(Doc one, Doc other) {
        return changes(one, other).isEmpty();
    }

    private static boolean same(@Nullable Object one, @Nullable Object other) {
        if (one instanceof Number a && other instanceof Number b) {
            return new BigDecimal(a.toString()).compareTo(new BigDecimal(b.toString())) == 0;
        }
        return Objects.equals(one, other);
    }

    /** Names the flags of the fields that the server refused.
     *
     * @param others what a verb calls the fields that it has no flag for
     */
    public ApiFailure namingFlags(ApiFailure e, Map<String, String> others) {
        return e.fieldErrors().isEmpty()
                ? e
                : e.explained(
                        "invalid " + kind,
                        e.fieldErrors().stream()
                                .map(error -> flagError(error, others))
                                .toList());
    }

    private String flagError(ApiFailure.FieldError error, Map<String, String> others) {
        var path = error.field();
        if (others.containsKey(path)) {
            return others.get(path) + " " + error.message();
        }
        return around(path)
                .filter(field -> !field.flags().isEmpty())
                .map(field -> field.flag()
                        + path.substring(field.path().length()).replaceFirst("^\\.", " ")
                        + (path.contains("[") || path.equals(field.path()) ? " " : ": ")
                        + error.message()
                        + field.type().unit())
                .orElseGet(error::toString);
    }
}
