package dev.faas.cli.function;

import dev.faas.cli.Doc;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A field of a function and the flag that sets it. This table is the only place that relates the two.
 *
 * @param path in the document, such as {@code limits.memoryMb}
 * @param flags its names; empty: no flag sets it
 * @param fallback the default; null: none
 * @param label of the flag's value
 */
record Field(
        String path,
        List<String> flags,
        FieldType type,
        @Nullable Object fallback,
        String label,
        String help) {
    /** Its default is chosen by the platform's operator. */
    static final String MODE = "mode";

    static final String NAME = "name";
    static final String IMAGE = "image";
    static final String ENV = "env";

    /** In the order of documents. */
    static final List<Field> ALL = List.of(
            field(NAME, "", FieldType.TEXT, null, "NAME", "Its name."),
            field(IMAGE, "--image", FieldType.TEXT, null, "IMAGE", "The container image, as for docker pull."),
            field("description", "--description", FieldType.TEXT, "", "TEXT", "A description for people."),
            field(
                    "entrypoint",
                    "--entrypoint",
                    FieldType.WORDS,
                    null,
                    "WORDS",
                    "The program, instead of the image's; split into words as a shell does."),
            field(
                    "command",
                    "--command",
                    FieldType.WORDS,
                    null,
                    "WORDS",
                    "Words before the argument, split as a shell does. In 'sh -c \"echo $1\" sh' the last word is $0 and the argument is $1. Given again, it adds words."),
            field(ENV, "-e,--env", FieldType.MAP, Map.of(), "NAME=VALUE", "An environment variable. May be repeated."),
            field(
                    "secrets",
                    "--secret",
                    FieldType.CHOICES,
                    List.of(),
                    "SECRET",
                    "A secret: db as the file /run/secrets/db, NAME=db as a variable; db@3 is its third version. May be repeated; they replace those that the function has."),
            field("labels", "-l,--label", FieldType.MAP, Map.of(), "NAME=VALUE", "A label. May be repeated."),
            field(
                    MODE,
                    "--mode",
                    FieldType.TEXT,
                    "isolated",
                    "MODE",
                    "What runs share:\nisolated: nothing; each gets a new container.\nnested: a container; each gets a new root, processes and IPC.\nreused: a container; each gets a new process and an empty /tmp."),
            field("network", "--network", FieldType.TEXT, "none", "NETWORK", "What runs reach: none or outbound."),
            field("limits.memoryMb", "-m,--memory", FieldType.MIB, 128, "SIZE", "Memory of a run, such as 256m."),
            field("limits.cpus", "--cpus", FieldType.DECIMAL, 1.0, "NUMBER", "Processors of a run."),
            field("limits.pids", "--pids", FieldType.WHOLE, 128, "NUMBER", "Processes and threads of a run."),
            field("limits.timeoutSeconds", "--timeout", FieldType.SECONDS, 300, "TIME", "How long a run may take."),
            field("limits.resultKb", "--result-size", FieldType.KIB, 1024, "SIZE", "How much of stdout is kept."),
            field("limits.logKb", "--log-size", FieldType.KIB, 1024, "SIZE", "How much of stderr is kept."),
            field("concurrency", "--concurrency", FieldType.WHOLE, 10, "NUMBER", "How many may run at the same time."),
            field("queue.maxPending", "--max-pending", FieldType.WHOLE, 100_000, "NUMBER", "How many may be queued."),
            field("queue.ttlSeconds", "--queue-ttl", FieldType.SECONDS, 86_400, "TIME", "How long one may be queued."),
            field(
                    "retry.maxAttempts",
                    "--max-attempts",
                    FieldType.WHOLE,
                    1,
                    "NUMBER",
                    "Attempts in all, when the command fails. Starts after a lost spawner do not count."),
            field(
                    "retry.backoffSeconds",
                    "--backoff",
                    FieldType.SECONDS,
                    1,
                    "TIME",
                    "The pause before the second attempt; before each later one it is twice as long."),
            field(
                    "retry.on",
                    "--retry-on",
                    FieldType.CHOICES,
                    List.of("exit_code", "timed_out", "out_of_memory"),
                    "CAUSES",
                    "What is tried again: exit_code, timed_out, out_of_memory, with commas between."),
            field(
                    "delivery",
                    "--delivery",
                    FieldType.TEXT,
                    "at-least-once",
                    "KIND",
                    "What happens when the spawner is lost while the command runs: it starts again (at-least-once), or the activation fails with worker_lost (at-most-once)."),
            field("readOnlyRoot", "--read-only", FieldType.FLAG, false, "", "Make the root file system read-only."),
            field(
                    "prewarm.min",
                    "--prewarm",
                    FieldType.WHOLE,
                    0,
                    "NUMBER",
                    "Containers that are kept ready on each machine that runs functions."),
            field(
                    "argumentAs",
                    "--argument-as",
                    FieldType.TEXT,
                    "last",
                    "PLACE",
                    "Where the command gets the argument: as its last word (last), or nowhere (none)."),
            field(
                    "idleTtlSeconds",
                    "--idle-ttl",
                    FieldType.SECONDS,
                    null,
                    "TIME",
                    "Delete the function after so long without a call."));

    /** Members that the server sets; a request may carry them and the server ignores them. */
    static final List<String> OF_SERVER = List.of("id", "owner", "revision", "imageDigest", "createdAt", "updatedAt");

    private static Field field(
            String path, String flags, FieldType type, @Nullable Object fallback, String label, String help) {
        return new Field(path, flags.isEmpty() ? List.of() : List.of(flags.split(",")), type, fallback, label, help);
    }

    /** The long name of its flag. */
    String flag() {
        return flags.getLast();
    }

    /** As a person reads it, in the words of the flags. */
    String title() {
        return flags.isEmpty() ? path : flag().substring(2);
    }

    static Optional<Field> at(String path) {
        return ALL.stream().filter(field -> field.path.equals(path)).findFirst();
    }

    /** The field that a path of the server's errors is in, such as {@code env.LEVEL} or {@code command[3]}. */
    static Optional<Field> around(String path) {
        return ALL.stream().filter(field -> field.contains(path)).findFirst();
    }

    private boolean contains(String inner) {
        return inner.equals(path) || inner.startsWith(path + ".") || inner.startsWith(path + "[");
    }

    /** Null when it is absent. */
    @Nullable
    Object read(Doc function) {
        int dot = path.indexOf('.');
        return dot < 0
                ? function.get(path)
                : function.doc(path.substring(0, dot)).get(path.substring(dot + 1));
    }

    void write(Doc function, @Nullable Object value) {
        int dot = path.indexOf('.');
        if (dot < 0) {
            function.with(path, value);
            return;
        }
        var group = path.substring(0, dot);
        var members = new LinkedHashMap<>(function.doc(group).fields());
        members.put(path.substring(dot + 1), value);
        function.with(group, members);
    }
}
