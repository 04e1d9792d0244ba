package dev.faas.pg;

import dev.faas.activation.Status;
import dev.faas.ledger.LedgerFilter;
import dev.faas.wire.Ids;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Collectors;

/** Builds a query for the activations of one owner that a filter selects, together with its values. */
public final class LedgerSelect {
    /** By how much the clocks of the services may differ. */
    private static final Duration CLOCKS = Duration.ofDays(1);

    private final LedgerFilter filter;
    private final StringBuilder conditions = new StringBuilder("owner = $1");
    private final Tuple values;

    public LedgerSelect(String owner, LedgerFilter filter) {
        this.filter = filter;
        this.values = Tuple.of(owner);
        var function = filter.function();
        if (function != null) {
            and(function.isId() ? "function_id =" : "function_name =", function.target());
        }
        // The id contains the time of submission, and is the key of the partitions.
        var since = filter.since();
        if (since != null) {
            and("id >=", Ids.lowestAt(since));
        }
        var until = filter.until();
        if (until != null) {
            and("id <", Ids.lowestAt(until));
        }
        if (!filter.tags().isEmpty()) {
            and("tags <> '{}' and tags @>", new JsonObject(Map.<String, Object>copyOf(filter.tags())));
        }
        var trigger = filter.trigger();
        if (trigger != null) {
            and("trigger_id =", trigger);
            // Partitions from before the schedule have none of its activations, and may have no index of triggers.
            and("id >=", Ids.lowestAt(Ids.timeOfTrigger(trigger).minus(CLOCKS)));
        }
        var batch = filter.batch();
        if (batch != null) {
            and("batch_id =", batch);
            // All of its items have its time.
            var time = Ids.timeOfBatch(batch);
            and("id >=", Ids.lowestAt(time));
            and("id <", Ids.lowestAt(time.plusMillis(1)));
        }
        if (filter.deadLetters()) {
            conditions.append(" and dead_letter is null");
        }
    }

    /** Hides rows of earlier ends. */
    public LedgerSelect notEndedBefore(Instant cutoff) {
        conditions
                .append(" and (finished_at is null or ")
                .append(bind("finished_at >=", Pg.utc(cutoff)))
                .append(")");
        return this;
    }

    public LedgerSelect and(String comparison, Object value) {
        conditions.append(" and ").append(bind(comparison, value));
        return this;
    }

    private String bind(String comparison, Object value) {
        values.addValue(value);
        return comparison + " $" + values.size();
    }

    /** Newest first, of columns with {@code id}. */
    public String newest(String columns, int limit) {
        return select(columns, " order by id desc limit " + limit);
    }

    /** Oldest first, the same. */
    public String oldest(String columns, int limit) {
        return select(columns, " order by id limit " + limit);
    }

    /** An index has the rows of one status or one reason in the order of their ids, so each is read by itself. */
    private String select(String columns, String end) {
        if (!filter.reasons().isEmpty() && !filter.statuses().isEmpty()) {
            values.addArrayOfString(filter.statuses().stream().map(Status::text).toArray(String[]::new));
            conditions.append(" and status = any($").append(values.size()).append(")");
        }
        var choices = filter.reasons().isEmpty()
                ? filter.statuses().stream()
                        .map(status -> bind(" and status =", status.text()))
                        .toList()
                : filter.reasons().stream()
                        .map(reason -> bind(" and reason =", reason.text()))
                        .toList();
        var one = "select " + columns + " from activation where " + conditions;
        return choices.size() < 2
                ? one + String.join("", choices) + end
                : choices.stream()
                        .map(choice -> "(" + one + choice + end + ")")
                        .collect(
                                Collectors.joining(" union all ", "select " + columns + " from (", ") as found" + end));
    }

    /** After the query has been built. */
    public Tuple values() {
        return values;
    }
}
