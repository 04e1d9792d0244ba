package dev.faas.schedule;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** What happens to a tick while an earlier activation of its schedule has not ended. */
public enum Overlap {
    SKIP("skip"),
    /** One waits, the next is skipped. */
    BUFFER_ONE("bufferOne"),
    /** All wait, in order. */
    BUFFER_ALL("bufferAll"),
    /** Cancels the earlier one, and fires when that has ended. */
    CANCEL_OTHER("cancelOther"),
    ALLOW_ALL("allowAll");

    /** By their names in the API. */
    public static final Map<String, Overlap> BY_NAME = byName();

    private final String text;

    Overlap(String text) {
        this.text = text;
    }

    public String text() {
        return text;
    }

    private static Map<String, Overlap> byName() {
        var byName = new LinkedHashMap<String, Overlap>();
        Arrays.stream(values()).forEach(each -> byName.put(each.text, each));
        return Collections.unmodifiableMap(byName);
    }
}
