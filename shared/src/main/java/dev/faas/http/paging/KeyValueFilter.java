package dev.faas.http.paging;

import dev.faas.wire.Problem;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads a query parameter of the form {@code key:value} that may be repeated. The first colon ends the key. */
public final class KeyValueFilter {
    private static final int MAX_PAIRS = 16;
    private static final int MAX_KEY = 64;
    private static final int MAX_VALUE = 256;

    private KeyValueFilter() {}

    /** @param errors receives an error if a text is invalid; the result is empty then */
    public static Map<String, String> read(String name, List<String> texts, List<Problem.FieldError> errors) {
        var pairs = new TreeMap<String, String>();
        for (var text : texts) {
            int colon = text.indexOf(':');
            if (colon < 1
                    || text.codePointCount(0, colon) > MAX_KEY
                    || text.codePointCount(colon + 1, text.length()) > MAX_VALUE
                    || text.indexOf('\0') >= 0
                    || pairs.size() == MAX_PAIRS) {
                errors.add(new Problem.FieldError(name, "must be key:value, at most " + MAX_PAIRS + " of them"));
                return Map.of();
            }
            pairs.put(text.substring(0, colon), text.substring(colon + 1));
        }
        return pairs;
    }
}
