package dev.faas.cli.deadletter;

import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.activation.ActivationColumns;
import dev.faas.cli.http.Request;
import dev.faas.cli.output.ListLimit;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists dead letters. */
@Command(
        name = "list",
        aliases = "ls",
        description = "List dead letters, newest first.",
        footer = {
            "",
            "Examples:",
            "  faas dead-letter list --function resize --since 1d",
            "  faas dead-letter list --reason timed_out --all -o name",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 5 unavailable."
        })
final class ListCommand extends Verb {
    @Mixin
    private final DeadLetterFlags flags = new DeadLetterFlags();

    @Mixin
    private final ListLimit limit = new ListLimit();

    @Option(names = "--all", description = "All of them.")
    private boolean all;

    @Override
    protected int run(Session session) {
        var query = flags.filter().fields().entrySet().stream()
                .map(field -> field.getKey() + "="
                        + Request.encode(
                                field.getValue() instanceof List<?> one
                                        ? String.valueOf(one.getFirst())
                                        : String.valueOf(field.getValue())));
        return session.list(
                Request.withQuery(DeadLetterCommand.ALL, query),
                limit.orAll(all),
                ActivationColumns.LIST,
                "activationId",
                "No dead letters.");
    }
}
