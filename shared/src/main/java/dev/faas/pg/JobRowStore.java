package dev.faas.pg;

import dev.faas.job.Job;
import dev.faas.job.JobAction;
import dev.faas.job.JobFilter;
import io.vertx.sqlclient.Row;
import java.util.Objects;

/** Reads jobs. */
public final class JobRowStore {
    private JobRowStore() {}

    public static Job toJob(Row row) {
        return new Job(
                row.getString("id"),
                row.getString("owner"),
                Objects.requireNonNull(JobAction.BY_TEXT.get(row.getString("action"))),
                new JobFilter(row.getJsonObject("filter")),
                row.getString("state"),
                new Job.Progress(row.getInteger("matched"), row.getInteger("done"), row.getInteger("failed")),
                row.getString("batch_id"),
                new Job.Times(Pg.time(row, "created_at"), Pg.optionalTime(row, "ended_at")));
    }
}
