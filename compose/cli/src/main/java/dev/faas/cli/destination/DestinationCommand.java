package dev.faas.cli.destination;

import dev.faas.cli.VerbGroup;
import picocli.CommandLine.Command;

/** Creates, changes and lists destinations. */
@Command(
        name = "destination",
        description = {
            "Manage destinations, which get events by webhook.",
            "An event, such as activation.failed, is sent until the receiver answers 2xx or no attempt is left: see faas delivery."
        },
        subcommands = {
            CreateCommand.class,
            ListCommand.class,
            GetCommand.class,
            UpdateCommand.class,
            EditCommand.class,
            DeleteCommand.class,
            RotateCommand.class,
            EnableCommand.class,
            DisableCommand.class,
            TestCommand.class
        },
        footer = {
            "",
            "Examples:",
            "  faas destination create erp --url https://e.org/x --events activation.failed",
            "  faas destination test erp",
            "",
            "Exit codes: 0 fine, 2 usage; more in the help of each command."
        })
public final class DestinationCommand extends VerbGroup {}
