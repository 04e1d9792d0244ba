package dev.faas.outgoing;

import dev.faas.config.Env;
import dev.faas.http.client.AddressRanges;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Hosts and address blocks that an operator lists.
 *
 * @param names hosts; {@code *.corp.example} stands for all below that name
 */
record Targets(Set<String> names, AddressRanges ranges) {
    static final Targets NONE = new Targets(Set.of(), AddressRanges.NONE);

    private static final String ALL_BELOW = "*.";
    /** All four numbers: 192.168/16 would be 192.0.0.168/16. */
    private static final Pattern BLOCK =
            Pattern.compile("([0-9]+(\\.[0-9]+){3}|[0-9a-fA-F.]*:[0-9a-fA-F:.]*)(/[0-9]+)?");

    Targets {
        names = Set.copyOf(names);
    }

    static Targets from(Env env, String name, String doc) {
        var names = new HashSet<String>();
        var blocks = new ArrayList<String>();
        for (var text : env.optional(name, doc).orElse("").split(",", -1)) {
            var target = text.strip().toLowerCase(Locale.ROOT);
            if (isBlock(target)) {
                blocks.add(target);
            } else if (OutgoingUrl.isName(target.startsWith(ALL_BELOW) ? target.substring(2) : target)) {
                names.add(target);
            } else if (!target.isEmpty()) {
                env.addProblem(
                        name,
                        "must be hosts such as erp.internal or *.corp.example, and blocks such as 10.2.0.0/16, not '"
                                + target + "'");
            }
        }
        return new Targets(names, AddressRanges.of(blocks));
    }

    private static boolean isBlock(String text) {
        try {
            return BLOCK.matcher(text).matches()
                    && !AddressRanges.of(List.of(text)).isEmpty();
        } catch (IllegalArgumentException wrongNumbers) {
            return false;
        }
    }

    boolean hasName(String host) {
        if (names.contains(host)) {
            return true;
        }
        for (int dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
            if (names.contains("*" + host.substring(dot))) {
                return true;
            }
        }
        return false;
    }
}
