package dev.faas.cli.run;

import dev.faas.cli.Failure;
import dev.faas.cli.http.ApiFailure;
import java.util.ArrayList;
import java.util.Map;

/** Names the flags of {@code faas run} that set the fields which the platform refuses. */
final class RunFlags {
    private static final Map<String, String> FLAGS = Map.ofEntries(
            Map.entry("image", "IMAGE"),
            Map.entry("command", "ARG"),
            Map.entry("argument", "ARG"),
            Map.entry("entrypoint", "--entrypoint"),
            Map.entry("env", "-e"),
            Map.entry("network", "--network"),
            Map.entry("mode", "--mode"),
            Map.entry("name", "--name"),
            Map.entry("tags", "--tag"),
            Map.entry("readOnlyRoot", "--read-only"),
            Map.entry("limits.memoryMb", "-m"),
            Map.entry("limits.cpus", "--cpus"),
            Map.entry("limits.timeoutSeconds", "--timeout"));

    private RunFlags() {}

    static Failure explain(ApiFailure e) {
        var errors = e.problem().docs("errors");
        if (errors.isEmpty()) {
            return e;
        }
        var advice = new ArrayList<String>();
        errors.forEach(error -> advice.add(flag(error.text("field")) + " " + error.text("message")));
        e.problem().find("requestId").ifPresent(id -> advice.add("request " + id));
        return new Failure(e.exit(), "the platform refuses these settings (%s)".formatted(e.code()), advice, e);
    }

    private static String flag(String field) {
        if (FLAGS.containsKey(field)) {
            return FLAGS.get(field) + ":";
        }
        // A member of a list or of a map, such as env.LEVEL or command[2].
        var list = field.replaceFirst("[.\\[].*", "");
        return (FLAGS.containsKey(list) ? FLAGS.get(list) + " (" + field + ")" : field) + ":";
    }
}
