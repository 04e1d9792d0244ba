package dev.faas.cli.schedule;

import dev.faas.cli.VerbGroup;
import picocli.CommandLine.Command;

/** Creates, changes and lists schedules. */
@Command(
        name = "schedule",
        description = {
            "Manage schedules, which call functions at their times.",
            "Each time becomes a tick: a record that says whether an activation was submitted, and if not, why."
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
            TriggerCommand.class,
            BackfillCommand.class,
            TicksCommand.class,
            PreviewCommand.class
        },
        footer = {
            "",
            "Examples:",
            "  faas schedule create nightly --function report --cron '30 2 * * *'",
            "  faas schedule ticks nightly",
            "",
            "Exit codes: 0 fine, 2 usage; more in the help of each command."
        })
public final class ScheduleCommand extends VerbGroup {}
