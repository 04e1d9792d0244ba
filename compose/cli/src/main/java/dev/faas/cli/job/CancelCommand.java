package dev.faas.cli.job;

import dev.faas.cli.Session;
import dev.faas.cli.activation.ActivationFlags;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Cancels many activations. */
@Command(
        name = "cancel",
        description = {"Cancel all activations that a filter selects.", "Those that have ended are not touched."},
        footer = {
            "",
            "Examples:",
            "  faas job cancel --function resize --status queued",
            "  faas job cancel --all --dry-run",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 5 unavailable, 6 refused."
        })
final class CancelCommand extends JobVerb {
    @Mixin
    private final ActivationFlags flags = new ActivationFlags();

    @Override
    protected int run(Session session) {
        return makeOf(session, "cancel", flags.filter());
    }
}
