package dev.faas.cli.destination;

import dev.faas.cli.VerbGroup;
import picocli.CommandLine.Command;

/** Makes the secret of callbacks. */
@Command(
        name = "callback-secret",
        description = {
            "Manage the secret that signs callbacks.",
            "faas invoke --callback URL sends the end of a call to the URL, signed by this secret."
        },
        subcommands = RotateCallbackSecretCommand.class,
        footer = {
            "",
            "Examples:",
            "  faas callback-secret rotate > callback.secret",
            "  faas callback-secret rotate --overlap 7d",
            "",
            "Exit codes: 0 fine, 2 usage; more in the help of each command."
        })
public final class CallbackSecretCommand extends VerbGroup {}
