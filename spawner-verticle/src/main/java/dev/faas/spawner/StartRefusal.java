package dev.faas.spawner;

import java.util.regex.Pattern;

/** Whose fault it is that Docker did not start a container, read from its sentence: it has no codes for that. */
final class StartRefusal {

    private static final Pattern LEAD = Pattern.compile("^.*unable to start container process: ", Pattern.DOTALL);
    private static final Pattern TRAIL = Pattern.compile(": unknown(: [a-z ]+)?\\.?$");

    private static final Pattern OWNERS = Pattern.compile("unable to find (user|group)"
            + "|no matching entries in (passwd|group) file"
            + "|is not a directory|: not a directory"
            + "|exec: \".*\": (stat .*: )?(executable file not found|permission denied|no such file|is a directory)"
            + "|exec format error|argument list too long"
            + "|chdir to cwd");

    private static final Pattern OUT_OF_MEMORY = Pattern.compile("OOM-killed|memory limit too low");

    private StartRefusal() {}

    static Ending ending(DockerRefusal refusal) {
        var said = String.valueOf(refusal.getMessage());
        if (OUT_OF_MEMORY.matcher(said).find()) {
            return new Ending.OutOfMemory();
        }
        // docker-init is Docker's own: when it is missing, the host is at fault.
        boolean owners = (refusal.badRequest() || OWNERS.matcher(said).find()) && !said.contains("docker-init");
        return owners ? new Ending.StartFailed(cleaned(said)) : new Ending.Lost("Docker did not start it: " + said);
    }

    static String cleaned(String said) {
        return TRAIL.matcher(LEAD.matcher(said).replaceFirst(""))
                .replaceFirst("")
                .strip();
    }
}
