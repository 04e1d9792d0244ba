package dev.faas.spawner.docker;

import dev.faas.spawner.docker.client.DockerRefusal;
import dev.faas.spawner.engine.SandboxUnavailable;
import dev.faas.spawner.engine.SandboxUnavailable.BootFailed;
import dev.faas.spawner.engine.SandboxUnavailable.MemoryTooLow;
import dev.faas.spawner.engine.SandboxUnavailable.NotStartable;
import java.util.regex.Pattern;

/** Decides from Docker's message why a container did not start: Docker has no codes for that. */
final class StartRefusal {

    private static final Pattern PREFIX = Pattern.compile("^.*unable to start container process: ", Pattern.DOTALL);
    private static final Pattern SUFFIX = Pattern.compile(": unknown(: [a-z ]+)?\\.?$");

    private static final Pattern OWNERS_MISTAKE = Pattern.compile("unable to find (user|group)"
            + "|no matching entries in (passwd|group) file"
            + "|is not a directory|: not a directory"
            + "|chdir to cwd");

    private static final Pattern OUT_OF_MEMORY = Pattern.compile("OOM-killed|memory limit too low");

    private StartRefusal() {}

    static SandboxUnavailable of(DockerRefusal refusal) {
        var message = String.valueOf(refusal.getMessage());
        if (OUT_OF_MEMORY.matcher(message).find()) {
            return new MemoryTooLow(withoutWrapping(message));
        }
        return refusal.isBadRequest() || OWNERS_MISTAKE.matcher(message).find()
                ? new NotStartable(withoutWrapping(message), refusal)
                : new BootFailed("Docker did not start the container: " + message, refusal);
    }

    static String withoutWrapping(String message) {
        return SUFFIX.matcher(PREFIX.matcher(message).replaceFirst(""))
                .replaceFirst("")
                .strip();
    }
}
