package dev.faas.quota;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.config.Env;
import dev.faas.config.Profile;
import dev.faas.quota.Quota.Limit;
import java.util.List;

/**
 * The quotas of all owners.
 *
 * @param defaults of an owner to whom an admin has given nothing else
 * @param caps what no admin can exceed: set on the whole platform
 */
public record QuotaSettings(Quota defaults, Quota caps) {
    private record Cap(Limit limit, String name, int max, String doc) {}

    /** More runs than there can be. */
    private static final int MOST_RUNNING = 1_000_000;

    private static final List<Cap> CAPS = List.of(
            new Cap(Limit.FUNCTIONS, "FAAS_OWNER_MAX_FUNCTIONS", 1_000_000, "functions that one user may have"),
            new Cap(
                    Limit.RUNNING,
                    "FAAS_OWNER_MAX_RUNNING",
                    MOST_RUNNING,
                    "running activations of one user on all spawners; set the same value on each service"),
            new Cap(Limit.QUEUED, "FAAS_OWNER_MAX_QUEUED", 1_000_000_000, "activations that one user may have queued"),
            new Cap(
                    Limit.QUEUED_MB,
                    "FAAS_OWNER_MAX_QUEUED_MB",
                    1 << 20,
                    "MiB that one user's queued activations may take: arguments, functions, tags"),
            new Cap(
                    Limit.DELAYED,
                    "FAAS_OWNER_MAX_DELAYED",
                    1_000_000_000,
                    "delayed activations that one user may have waiting until they are due"),
            new Cap(Limit.SCHEDULES, "FAAS_OWNER_MAX_SCHEDULES", 1_000_000, "schedules that one user may have"),
            new Cap(
                    Limit.SCHEDULE_TICKS_PER_HOUR,
                    "FAAS_OWNER_MAX_SCHEDULE_TICKS_PER_HOUR",
                    1_000_000_000,
                    "times an hour that one user's active schedules may have together"),
            new Cap(Limit.HOOKS, "FAAS_OWNER_MAX_HOOKS", 100_000, "hooks that one user may have"),
            new Cap(Limit.SOURCES, "FAAS_OWNER_MAX_SOURCES", 10_000, "sources that one user may have"),
            new Cap(Limit.DESTINATIONS, "FAAS_OWNER_MAX_DESTINATIONS", 10_000, "destinations that one user may have"),
            new Cap(
                    Limit.OPEN_BATCHES,
                    "FAAS_OWNER_MAX_OPEN_BATCHES",
                    10_000,
                    "batches of one user that have not ended"),
            new Cap(Limit.OPEN_JOBS, "FAAS_OWNER_MAX_OPEN_JOBS", 1_000, "jobs of one user that have not ended"));

    public static QuotaSettings from(Env env) {
        var defaults = Quota.defaults(Profile.from(env));
        var caps = Quota.unlimited();
        for (var cap : CAPS) {
            int usual = (int) Math.min(defaults.of(cap.limit), cap.max);
            int value = env.integer(cap.name, usual, 1, cap.max, cap.doc);
            if (env.optional(cap.name, cap.doc).isPresent()) {
                // Also where it is more than the profile's own: it was the limit of everybody before there were quotas.
                defaults = defaults.with(cap.limit, value);
                caps = caps.with(cap.limit, value);
            }
        }
        return new QuotaSettings(defaults, caps);
    }

    /** Of an owner with these overrides. */
    public Quota of(JsonNode overrides) {
        return defaults.with(overrides).cappedBy(caps);
    }
}
