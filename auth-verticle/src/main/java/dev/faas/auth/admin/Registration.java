package dev.faas.auth.admin;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Says who may register. */
public enum Registration {
    OPEN,

    /** The first user, who becomes an admin; afterwards as {@link #INVITATION}. */
    FIRST,

    INVITATION,

    /** Nobody; admins create accounts. */
    CLOSED;

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Map<String, Registration> byText() {
        var all = new TreeMap<String, Registration>();
        for (var each : values()) {
            all.put(each.text(), each);
        }
        return all;
    }
}
