package dev.faas.cli.source;

import dev.faas.cli.VerbGroup;
import picocli.CommandLine.Command;

/** Creates, changes and lists sources. */
@Command(
        name = "source",
        description = {
            "Manage sources, which call a function with each message on a subject.",
            "Publish messages with faas subject publish, or with a destination on a subject."
        },
        subcommands = {
            CreateCommand.class,
            ListCommand.class,
            GetCommand.class,
            UpdateCommand.class,
            EditCommand.class,
            DeleteCommand.class,
            PauseCommand.class,
            ResumeCommand.class
        },
        footer = {
            "",
            "Examples:",
            "  faas source create orders --function bill --subject 'orders.*'",
            "  faas source list",
            "",
            "Exit codes: 0 fine, 2 usage; more in the help of each command."
        })
public final class SourceCommand extends VerbGroup {}
