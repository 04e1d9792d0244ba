package dev.faas.cli.job;

import dev.faas.cli.Session;
import dev.faas.cli.activation.ActivationFlags;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Submits many activations again. */
@Command(
        name = "replay",
        description = {
            "Run all activations that a filter selects again.",
            "They have the same arguments and revisions, and are a batch."
        },
        footer = {
            "",
            "Examples:",
            "  faas job replay --function resize --status failed --since 1h",
            "  faas job replay --tag order=4711 --dry-run",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 5 unavailable, 6 refused."
        })
final class ReplayCommand extends JobVerb {
    @Mixin
    private final ActivationFlags flags = new ActivationFlags();

    @Override
    protected int run(Session session) {
        return makeOf(session, "replay", flags.filter());
    }
}
