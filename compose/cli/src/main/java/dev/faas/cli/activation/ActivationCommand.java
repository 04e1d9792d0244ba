package dev.faas.cli.activation;

import dev.faas.cli.VerbGroup;
import dev.faas.cli.run.LogsCommand;
import picocli.CommandLine.Command;

/** What can be done with activations. */
@Command(
        name = "activation",
        aliases = "act",
        description = "Find, watch, cancel and repeat activations.",
        subcommands = {
            ListCommand.class,
            GetCommand.class,
            WaitCommand.class,
            ResultCommand.class,
            LogsCommand.class,
            EventsCommand.class,
            CancelCommand.class,
            ReplayCommand.class,
            ExplainCommand.class
        },
        footer = {
            "",
            "Examples:",
            "  faas act list --status failed --since 1h",
            "  faas act explain 06b7gd98g07rk4q3v8x2m5n9ta",
            "",
            "Exit codes: 0 fine, 2 usage; more in the help of each command."
        })
public final class ActivationCommand extends VerbGroup {}
