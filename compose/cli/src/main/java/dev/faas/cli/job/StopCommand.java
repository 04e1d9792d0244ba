package dev.faas.cli.job;

import dev.faas.cli.EachOf;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.http.Request;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Stops jobs. */
@Command(
        name = "stop",
        description = {"Stop jobs.", "What they have done stays done."},
        footer = {
            "",
            "Examples:",
            "  faas job stop job_06b7gd98g07rk4q3v8x2m5n9ta",
            "  faas job list -o name | xargs faas job stop",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 one was not found, 5 unavailable."
        })
final class StopCommand extends Verb {
    @Parameters(arity = "1..*", paramLabel = "JOB", description = "The jobs, by id.")
    private List<String> ids = List.of();

    @Override
    protected int run(Session session) {
        var api = session.api();
        return EachOf.change(session, ids, id -> {
            var job = api.document(Request.of("DELETE", JobCommand.path(id)));
            session.output().document(job, doc -> doc.text("jobId"), () -> List.of(id + " is " + job.text("state")));
        });
    }
}
