package dev.faas.spawner.docker;

import dev.faas.spawner.docker.client.DockerRefusal;
import dev.faas.spawner.engine.SandboxUnavailable;
import dev.faas.spawner.engine.SandboxUnavailable.BootFailed;
import dev.faas.spawner.engine.SandboxUnavailable.MemoryTooLow;
import dev.faas.spawner.engine.SandboxUnavailable.NotStartable;
import java.util.regex.Pattern;

/** Whose fault it is that Docker did not start a container, read from its sentence: it has no codes for that. */
final class StartRefusal {

    private static final Pattern LEAD = Pattern.compile("^.*unable to start container process: ", Pattern.DOTALL);
    private static final Pattern TRAIL = Pattern.compile(": unknown(: [a-z ]+)?\\.?$");

    private static final Pattern OWNERS = Pattern.compile("unable to find (user|group)"
            + "|no matching entries in (passwd|group) file"
            + "|is not a directory|: not a directory"
            + "|chdir to cwd");

    private static final Pattern OUT_OF_MEMORY = Pattern.compile("OOM-killed|memory limit too low");

    private StartRefusal() {}

    static SandboxUnavailable of(DockerRefusal refusal) {
        var said = String.valueOf(refusal.getMessage());
        if (OUT_OF_MEMORY.matcher(said).find()) {
            return new MemoryTooLow(cleaned(said));
        }
        return refusal.badRequest() || OWNERS.matcher(said).find()
                ? new NotStartable(cleaned(said), refusal)
                : new BootFailed("Docker did not start it: " + said, refusal);
    }

    static String cleaned(String said) {
        return TRAIL.matcher(LEAD.matcher(said).replaceFirst(""))
                .replaceFirst("")
                .strip();
    }
}
