package dev.faas.cli.batch;

import dev.faas.cli.VerbGroup;
import dev.faas.cli.http.Request;
import picocli.CommandLine.Command;

/** Shows batches. */
@Command(
        name = "batch",
        description = {
            "See how far batches are.",
            "A batch is many activations of one function, submitted together by faas invoke --batch."
        },
        subcommands = {ListCommand.class, GetCommand.class, ItemsCommand.class},
        footer = {
            "",
            "Examples:",
            "  faas batch list",
            "  faas batch get bat_06b7gd98g07rk4q3v8x2m5n9ta",
            "",
            "Exit codes: 0 fine, 2 usage; more in the help of each command."
        })
public final class BatchCommand extends VerbGroup {
    static final String ALL = "/v1/batches";

    static String path(String id) {
        return ALL + "/" + Request.part(id);
    }
}
