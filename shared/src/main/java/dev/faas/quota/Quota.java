package dev.faas.quota;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.config.Profile;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** How much one owner may have of each thing. As JSON, {@code null} is no limit. */
public final class Quota {
    public static final long NO_LIMIT = Long.MAX_VALUE;

    public enum Limit {
        FUNCTIONS("functions", 500, 500),
        /** Of the functions' current revisions together, as JSON. */
        SPEC_KB("specKb", 65_536, 4_096),
        /** Of each function. */
        REVISIONS("revisions", 1_000, 100),
        /** On all spawners together. */
        RUNNING("running", NO_LIMIT, NO_LIMIT),
        QUEUED("queued", 1_000_000, 100_000),
        QUEUED_MB("queuedMb", 1_024, 256),
        /** Submits that are not due yet. */
        DELAYED("delayed", 100_000, 100_000),
        SCHEDULES("schedules", 1_000, 1_000),
        /** Of all active schedules together. */
        SCHEDULE_TICKS_PER_HOUR("scheduleTicksPerHour", 60_000, 60_000),
        HOOKS("hooks", 100, 100),
        SOURCES("sources", 20, 20),
        DESTINATIONS("destinations", 50, 50),
        /** That have not ended. */
        OPEN_BATCHES("openBatches", 10, 10),
        /** That have not ended. */
        OPEN_JOBS("openJobs", 5, 5),
        /** Records, arguments, results and logs. Measured only of owners with a limit. */
        STORED_MB("storedMb", NO_LIMIT, NO_LIMIT),
        /** At each gateway by itself. */
        REQUESTS_PER_SECOND("requestsPerSecond", NO_LIMIT, 2_000),
        /** At each gateway by itself. */
        IDEMPOTENCY_KEYS_PER_DAY("idempotencyKeysPerDay", NO_LIMIT, 100_000);

        private final String field;
        private final long whenPrivate;
        private final long whenShared;

        Limit(String field, long whenPrivate, long whenShared) {
            this.field = field;
            this.whenPrivate = whenPrivate;
            this.whenShared = whenShared;
        }

        /** The name in JSON. */
        public String field() {
            return field;
        }
    }

    private final Map<Limit, Long> limits;

    private Quota(Map<Limit, Long> limits) {
        this.limits = Collections.unmodifiableMap(limits);
    }

    public static Quota unlimited() {
        var limits = new EnumMap<Limit, Long>(Limit.class);
        for (var limit : Limit.values()) {
            limits.put(limit, NO_LIMIT);
        }
        return new Quota(limits);
    }

    public static Quota defaults(Profile profile) {
        var limits = new EnumMap<Limit, Long>(Limit.class);
        for (var limit : Limit.values()) {
            limits.put(limit, profile.choose(limit.whenPrivate, limit.whenShared));
        }
        return new Quota(limits);
    }

    public long of(Limit limit) {
        return limits.getOrDefault(limit, NO_LIMIT);
    }

    public boolean isLimited(Limit limit) {
        return of(limit) != NO_LIMIT;
    }

    public Quota with(Limit limit, long value) {
        var changed = new EnumMap<>(limits);
        changed.put(limit, value);
        return new Quota(changed);
    }

    /** With what this JSON says of some limits; fields of a newer version are ignored. */
    public Quota with(JsonNode overrides) {
        var changed = new EnumMap<>(limits);
        for (var limit : Limit.values()) {
            read(overrides, limit).ifPresent(value -> changed.put(limit, value));
        }
        return new Quota(changed);
    }

    private static Optional<Long> read(JsonNode overrides, Limit limit) {
        var value = overrides.get(limit.field);
        return value == null
                ? Optional.empty()
                : value.isNull()
                        ? Optional.of(NO_LIMIT)
                        : Optional.of(value).filter(JsonNode::canConvertToLong).map(JsonNode::longValue);
    }

    /** Of each limit the lower one. */
    public Quota cappedBy(Quota caps) {
        var lower = new EnumMap<>(limits);
        lower.replaceAll((limit, value) -> Math.min(value, caps.of(limit)));
        return new Quota(lower);
    }

    public ObjectNode toJson() {
        var json = JsonNodeFactory.instance.objectNode();
        limits.forEach((limit, value) -> {
            if (value == NO_LIMIT) {
                json.putNull(limit.field);
            } else {
                json.put(limit.field, value);
            }
        });
        return json;
    }
}
