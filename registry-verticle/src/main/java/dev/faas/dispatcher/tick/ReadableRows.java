package dev.faas.dispatcher.tick;

import dev.faas.lifecycle.OncePerId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads rows one by one: one that this version cannot read, such as one with a zone that a later JDK knows, must not stop the
 * schedules of others.
 */
final class ReadableRows {
    private static final Logger LOG = LoggerFactory.getLogger(ReadableRows.class);
    private static final OncePerId REPORTED = new OncePerId();

    private ReadableRows() {}

    /** Leaves out those that cannot be read. */
    static <A, B> List<B> map(Collection<A> rows, Function<A, String> id, Function<A, B> read) {
        var values = new ArrayList<B>();
        for (var row : rows) {
            try {
                values.add(read.apply(row));
            } catch (RuntimeException e) {
                report(id.apply(row), e);
            }
        }
        return values;
    }

    private static void report(String schedule, RuntimeException cause) {
        if (REPORTED.isFirst(schedule)) {
            LOG.error("schedule not readable, so it does not run schedule={}", schedule, cause);
        }
    }
}
