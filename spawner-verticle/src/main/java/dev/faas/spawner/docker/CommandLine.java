package dev.faas.spawner.docker;

import dev.faas.spawner.docker.image.ResolvedImage;
import dev.faas.spawner.engine.SandboxSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Composes the command line of a container, without the argument, from what the function and its image say. */
final class CommandLine {
    private CommandLine() {}

    /**
     * With an entrypoint (the function's, else the image's): the entrypoint, then the function's command if it has one.
     * The image's CMD is not used, as in {@code docker run IMAGE ARGUMENT}. Without an entrypoint: the function's
     * command, else the image's CMD; {@code docker run} would execute the argument there. Empty if nothing but the
     * argument would be left.
     *
     * <p>Without an argument, as in {@code docker run IMAGE}: the image's CMD also follows the image's own entrypoint.
     */
    static Optional<List<String>> of(SandboxSpec spec, ResolvedImage image) {
        var program = spec.program();
        var line = new ArrayList<>(orElse(program.entrypoint(), image.entrypoint()));
        boolean usesImageCommand = line.isEmpty() || (!program.takesArgument() && program.entrypoint() == null);
        line.addAll(orElse(program.command(), usesImageCommand ? image.command() : List.of()));
        return line.isEmpty() ? Optional.empty() : Optional.of(List.copyOf(line));
    }

    private static List<String> orElse(@Nullable List<String> chosen, List<String> otherwise) {
        return chosen == null ? otherwise : chosen;
    }
}
