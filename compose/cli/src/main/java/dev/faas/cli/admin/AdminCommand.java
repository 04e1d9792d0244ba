package dev.faas.cli.admin;

import dev.faas.cli.VerbGroup;
import picocli.CommandLine.Command;

/** What admins can do. */
@Command(
        name = "admin",
        description = {
            "Manage users, invitations, settings and quotas, as an admin.",
            "The first admin is made on the platform's own machine: ./faas admin create NAME in a clone, or docker compose exec auth-service admin create NAME."
        },
        subcommands = {
            UserCommand.class,
            InvitationCommand.class,
            UserQuotaCommand.class,
            SettingsCommand.class,
            AuditCommand.class
        },
        footer = {
            "",
            "Examples:",
            "  faas admin user list",
            "  faas admin invitation create --username anna",
            "",
            "Exit codes: 0 fine, 2 usage, 6 refused: you are no admin; more in the help of each command."
        })
public final class AdminCommand extends VerbGroup {}
