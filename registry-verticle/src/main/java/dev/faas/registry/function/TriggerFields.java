package dev.faas.registry.function;

import com.fasterxml.jackson.core.JsonPointer;
import dev.faas.hook.BodyMapping;
import dev.faas.hook.BodyMapping.As;
import dev.faas.http.JsonFields;
import dev.faas.wire.FunctionRef;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads the fields that hooks and sources share. */
public final class TriggerFields {
    private static final Pattern ANY = Pattern.compile("(?s).*+");
    private static final String NAME_RULE =
            "be 1 to 63 of a-z, 0-9 and '-', begin with a letter, and not end with a '-'";
    private static final Pattern NAME = Pattern.compile("[a-z]([a-z0-9-]{0,61}[a-z0-9])?");
    private static final Pattern POINTER = Pattern.compile("(/(?:[^~\\p{Cntrl}]|~[01])*)?");
    private static final int MAX_POINTER = 256;
    private static final int MAX_FALLBACK = 4_096;

    private TriggerFields() {}

    /** @param before the name that stays; empty: it is a new one */
    public static String name(JsonFields fields, Optional<String> before) {
        var name = fields.text("name", NAME, NAME_RULE);
        before.filter(fixed -> !name.isEmpty() && !fixed.equals(name))
                .ifPresent(fixed -> fields.addError("name", "cannot be changed: it stays '" + fixed + "'"));
        return name;
    }

    public static Optional<FunctionRef> function(JsonFields fields) {
        var text = fields.text("function", ANY, "be a function's name or id");
        var function = FunctionRef.parse(text);
        if (function.isEmpty() && fields.has("function")) {
            fields.addError("function", "must be a function's name or id, with or without a revision (build@3)");
        }
        return function;
    }

    public static BodyMapping mapping(JsonFields all) {
        var found = all.object("body");
        if (found.isEmpty()) {
            return BodyMapping.WHOLE;
        }
        var fields = found.get();
        var as = fields.choice("as", As.class, As.WHOLE);
        var pointer = fields.optionalText("pointer", MAX_POINTER);
        var fallback = fields.optionalText("default", MAX_FALLBACK);
        if (as == As.POINTER) {
            if (!fields.has("pointer")) {
                fields.addError("pointer", "is required");
            } else if (pointer.filter(TriggerFields::isPointer).isEmpty()) {
                fields.addError("pointer", "must be a JSON Pointer (RFC 6901), such as /after");
            }
            return new BodyMapping(as, pointer.orElse(""), fallback.orElse(null));
        }
        for (var name : List.of("pointer", "default")) {
            if (fields.has(name)) {
                fields.addError(name, "must be given with 'as' pointer only");
            }
        }
        return new BodyMapping(as, null, null);
    }

    private static boolean isPointer(String text) {
        if (!POINTER.matcher(text).matches()) {
            return false;
        }
        var unused = JsonPointer.compile(text);
        return true;
    }
}
