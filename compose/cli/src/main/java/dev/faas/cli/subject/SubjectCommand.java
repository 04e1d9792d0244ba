package dev.faas.cli.subject;

import dev.faas.cli.VerbGroup;
import picocli.CommandLine.Command;

/** Publishes on subjects. */
@Command(
        name = "subject",
        description = {"Publish messages on your subjects.", "A subject needs no making. Sources read subjects."},
        subcommands = {PublishCommand.class},
        footer = {
            "",
            "Examples:",
            "  faas subject publish orders.new 'three apples'",
            "  faas subject publish orders.new - < order.json",
            "",
            "Exit codes: 0 fine, 2 usage; more in the help of each command."
        })
public final class SubjectCommand extends VerbGroup {}
