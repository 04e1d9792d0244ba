package dev.faas.spawner.docker;

import dev.faas.spawner.docker.image.ResolvedImage;
import dev.faas.spawner.engine.SandboxSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a container executes, without the argument: the rule of the platform, independent of Docker's own merging. */
final class CommandLine {
    private CommandLine() {}

    /**
     * With an entrypoint (the function's, else the image's): entrypoint, the function's command if any, then the argument; as
     * {@code docker run IMAGE ARGUMENT} does, the image's CMD is out. Without one: the function's command, else the
     * image's CMD, then the argument; there {@code docker run} would take the argument for the program. Empty when
     * there would be nothing but the argument.
     */
    static Optional<List<String>> of(SandboxSpec spec, ResolvedImage image) {
        var line = new ArrayList<>(or(spec.entrypoint(), image.entrypoint()));
        line.addAll(or(spec.command(), line.isEmpty() ? image.command() : List.of()));
        return line.isEmpty() ? Optional.empty() : Optional.of(List.copyOf(line));
    }

    private static List<String> or(@Nullable List<String> chosen, List<String> otherwise) {
        return chosen == null ? otherwise : chosen;
    }
}
