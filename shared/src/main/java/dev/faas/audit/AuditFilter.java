package dev.faas.audit;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which rows of the audit log a request wants; null: all.
 *
 * @param since inclusive; {@code until} is exclusive
 */
public record AuditFilter(
        @Nullable String actor,
        @Nullable String action,
        @Nullable String target,
        @Nullable String project,
        @Nullable String outcome,
        @Nullable Instant since,
        @Nullable Instant until) {
    /** Identifies the list of these rows, for its cursors. */
    public List<String> scope() {
        return List.of("audit", toString());
    }
}
