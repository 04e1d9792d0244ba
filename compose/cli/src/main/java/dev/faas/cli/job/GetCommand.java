package dev.faas.cli.job;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.definition.TitledLines;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Prints a job. */
@Command(
        name = "get",
        aliases = "show",
        description = {"Print a job and how far it is.", "-o json prints all of it."},
        footer = {
            "",
            "Examples:",
            "  faas job get job_06b7gd98g07rk4q3v8x2m5n9ta",
            "  faas job get job_06b7gd98g07rk4q3v8x2m5n9ta --json done,matched",
            "",
            "Exit codes: 0 fine, 3 not logged in, 4 not found, 5 unavailable."
        })
final class GetCommand extends Verb {
    @Parameters(paramLabel = "JOB", description = "The job, by its id.")
    private String id = "";

    @Override
    protected int run(Session session) {
        var job = session.api().get(JobCommand.path(id));
        session.output().document(job, doc -> doc.text("jobId"), () -> lines(job));
        return Exit.OK;
    }

    private static List<String> lines(Doc job) {
        return new TitledLines()
                .add("job", job.text("jobId"))
                .add("action", job.text("action"))
                .add("filter", Doc.compact(job.doc("filter").fields()))
                .add("state", job.text("state"))
                .field("matched", job, "matched")
                .field("done", job, "done")
                .field("failed", job, "failed")
                .field("batch", job, "batchId")
                .add("created", job.text("createdAt"))
                .field("ended", job, "endedAt")
                .all();
    }
}
