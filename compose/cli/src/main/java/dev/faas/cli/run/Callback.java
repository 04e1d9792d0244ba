package dev.faas.cli.run;

import dev.faas.cli.Doc;
import dev.faas.cli.Failure;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the end of a call goes.
 *
 * @param to a URL, or a destination by name or id; null: nowhere
 * @param on empty: all ends
 */
record Callback(@Nullable String to, List<String> on) {
    static final Callback NONE = new Callback(null, List.of());

    /** Of {@code --callback} and {@code --callback-on}. */
    static Callback of(@Nullable String to, List<String> on) {
        if (to == null && !on.isEmpty()) {
            throw Failure.usage("--callback-on needs --callback");
        }
        for (var outcome : on) {
            if (!List.of("success", "failure").contains(outcome)) {
                throw Failure.usage("--callback-on: '%s' is neither success nor failure".formatted(outcome));
            }
        }
        return new Callback(to, on);
    }

    void addTo(Doc body) {
        if (to != null) {
            var callback = Doc.empty().with(to.contains("://") ? "url" : "destination", to);
            body.with("callback", (on.isEmpty() ? callback : callback.with("on", on)).fields());
        }
    }
}
