package dev.faas.cli.hook;

import dev.faas.cli.VerbGroup;
import picocli.CommandLine.Command;

/** Creates, changes and lists hooks. */
@Command(
        name = "hook",
        description = {
            "Manage hooks, addresses whose requests call a function.",
            "Others send to them without a login: GitHub, for example. Requests may be signed."
        },
        subcommands = {
            CreateCommand.class,
            ListCommand.class,
            GetCommand.class,
            UpdateCommand.class,
            EditCommand.class,
            DeleteCommand.class,
            PauseCommand.class,
            ResumeCommand.class,
            RotateCommand.class,
            RequestsCommand.class
        },
        footer = {
            "",
            "Examples:",
            "  faas hook create push --function build --signature github --secret-file s",
            "  faas hook requests push",
            "",
            "Exit codes: 0 fine, 2 usage; more in the help of each command."
        })
public final class HookCommand extends VerbGroup {}
