package dev.faas.cli.function;

import dev.faas.cli.VerbGroup;
import picocli.CommandLine.Command;

/** The verbs about functions. */
@Command(
        name = "fn",
        aliases = "function",
        description = "Create, change and list functions.",
        subcommands = {
            CreateCommand.class,
            UpdateCommand.class,
            ListCommand.class,
            GetCommand.class,
            EditCommand.class,
            DeleteCommand.class,
            RevisionsCommand.class,
            DiffCommand.class,
            RollbackCommand.class,
            PauseCommand.class,
            ResumeCommand.class,
            ExportCommand.class
        },
        footer = {
            "",
            "Examples:",
            "  faas fn create hello --image busybox --entrypoint echo",
            "  faas fn list",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 not found, 5 unavailable, 6 refused."
        })
public final class FunctionCommand extends VerbGroup {}
