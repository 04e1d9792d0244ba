package dev.faas.cli.job;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.http.Request;
import java.util.List;
import java.util.UUID;
import picocli.CommandLine.Option;

/** A verb that makes a job. */
public abstract class JobVerb extends Verb {
    @Option(names = "--all", description = "All of them, instead of a filter.")
    private boolean all;

    @Option(names = "--dry-run", description = "Only count what would be worked on.")
    private boolean dryRun;

    /**
     * @param path to which it is sent
     * @param body what it has besides the filter
     * @param filter of the flags
     */
    protected int make(Session session, String path, Doc body, Doc filter) {
        boolean isEmpty = filter.fields().isEmpty();
        if (isEmpty == !all) {
            throw Failure.usage(
                    isEmpty ? "nothing is selected" : "--all does not fit the other flags",
                    "Give flags that select something, or --all alone.");
        }
        body.with("filter", all ? Doc.empty().with("all", true).fields() : filter.fields());
        if (dryRun) {
            body.with("dryRun", true);
        }
        var answer = session.api()
                .document(Request.of("POST", path)
                        .json(body)
                        .idempotent(UUID.randomUUID().toString()));
        var shown = dryRun ? "matched" : "jobId";
        session.output().document(answer, doc -> doc.text(shown), () -> List.of(answer.text(shown)));
        if (!session.output().isForPrograms()) {
            session.output().note(dryRun ? "Nothing was done." : "See: faas job get " + answer.text(shown));
        }
        return Exit.OK;
    }

    int makeOf(Session session, String action, Doc filter) {
        return make(session, JobCommand.ALL, Doc.empty().with("action", action), filter);
    }
}
