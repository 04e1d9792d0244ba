package dev.faas.cli.function;

import dev.faas.cli.definition.Field;
import dev.faas.cli.definition.FieldType;
import dev.faas.cli.definition.Fields;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The fields of a function and their flags. This table is the only place that relates the two. */
final class FunctionFields {
    /** Its default is chosen by the platform's operator. */
    static final String MODE = "mode";

    static final String IMAGE = "image";
    static final String ENV = "env";

    static final Fields TABLE = new Fields(
            "function",
            List.of(
                    Field.of(Field.NAME, "", FieldType.TEXT, null, "NAME", "Its name."),
                    Field.of(
                            IMAGE,
                            "--image",
                            FieldType.TEXT,
                            null,
                            "IMAGE",
                            "The container image, as for docker pull."),
                    Field.of("description", "--description", FieldType.TEXT, "", "TEXT", "A description for people."),
                    Field.of(
                            "entrypoint",
                            "--entrypoint",
                            FieldType.WORDS,
                            null,
                            "WORDS",
                            "The program, instead of the image's; split into words as a shell does."),
                    Field.of(
                            "command",
                            "--command",
                            FieldType.WORDS,
                            null,
                            "WORDS",
                            "Words before the argument, split as a shell does. In 'sh -c \"echo $1\" sh' the last word is $0 and the argument is $1. Given again, it adds words."),
                    Field.of(
                            ENV,
                            "-e,--env",
                            FieldType.MAP,
                            Map.of(),
                            "NAME=VALUE",
                            "An environment variable. May be repeated."),
                    Field.of(
                            "secrets",
                            "--secret",
                            FieldType.CHOICES,
                            List.of(),
                            "SECRET",
                            "A secret: db as the file /run/secrets/db, NAME=db as a variable; db@3 is its third version. May be repeated; they replace those that the function has."),
                    Field.of(
                            "labels", "-l,--label", FieldType.MAP, Map.of(), "NAME=VALUE", "A label. May be repeated."),
                    Field.of(
                            MODE,
                            "--mode",
                            FieldType.TEXT,
                            null,
                            "MODE",
                            "What runs share:\nisolated: nothing; each gets a new container.\nnested: a container; each gets a new root, processes and IPC.\nreused: a container; each gets a new process and an empty /tmp.\nDefault: the platform's."),
                    Field.of(
                            "network",
                            "--network",
                            FieldType.TEXT,
                            "none",
                            "NETWORK",
                            "What runs reach: none or outbound."),
                    Field.of(
                            "limits.memoryMb",
                            "-m,--memory",
                            FieldType.MIB,
                            128,
                            "SIZE",
                            "Memory of a run, such as 256m."),
                    Field.of("limits.cpus", "--cpus", FieldType.DECIMAL, 1.0, "NUMBER", "Processors of a run."),
                    Field.of(
                            "limits.pids", "--pids", FieldType.WHOLE, 128, "NUMBER", "Processes and threads of a run."),
                    Field.of(
                            "limits.timeoutSeconds",
                            "--timeout",
                            FieldType.SECONDS,
                            300,
                            "TIME",
                            "How long a run may take."),
                    Field.of(
                            "limits.resultKb",
                            "--result-size",
                            FieldType.KIB,
                            1024,
                            "SIZE",
                            "How much of stdout is kept."),
                    Field.of("limits.logKb", "--log-size", FieldType.KIB, 1024, "SIZE", "How much of stderr is kept."),
                    Field.of(
                            "concurrency",
                            "--concurrency",
                            FieldType.WHOLE,
                            10,
                            "NUMBER",
                            "How many may run at the same time."),
                    Field.of(
                            "queue.maxPending",
                            "--max-pending",
                            FieldType.WHOLE,
                            100_000,
                            "NUMBER",
                            "How many may be queued."),
                    Field.of(
                            "queue.ttlSeconds",
                            "--queue-ttl",
                            FieldType.SECONDS,
                            86_400,
                            "TIME",
                            "How long one may be queued."),
                    Field.of(
                            "retry.maxAttempts",
                            "--max-attempts",
                            FieldType.WHOLE,
                            1,
                            "NUMBER",
                            "Attempts in all, when the command fails. Starts after a lost spawner do not count."),
                    Field.of(
                            "retry.backoffSeconds",
                            "--backoff",
                            FieldType.SECONDS,
                            1,
                            "TIME",
                            "The pause before the second attempt; before each later one it is twice as long."),
                    Field.of(
                            "retry.on",
                            "--retry-on",
                            FieldType.CHOICES,
                            List.of("exit_code", "timed_out", "out_of_memory"),
                            "CAUSES",
                            "What is tried again: exit_code, timed_out, out_of_memory, with commas between."),
                    Field.of(
                            "delivery",
                            "--delivery",
                            FieldType.TEXT,
                            "at-least-once",
                            "KIND",
                            "What happens when the spawner is lost while the command runs: it starts again (at-least-once), or the activation fails with worker_lost (at-most-once)."),
                    Field.of(
                            "readOnlyRoot",
                            "--read-only",
                            FieldType.FLAG,
                            false,
                            "",
                            "Make the root file system read-only."),
                    Field.of(
                            "prewarm.min",
                            "--prewarm",
                            FieldType.WHOLE,
                            0,
                            "NUMBER",
                            "Containers that are kept ready on each machine that runs functions."),
                    Field.of(
                            "argumentAs",
                            "--argument-as",
                            FieldType.TEXT,
                            "last",
                            "PLACE",
                            "Where the command gets the argument: as its last word (last), or nowhere (none)."),
                    Field.of(
                            "idleTtlSeconds",
                            "--idle-ttl",
                            FieldType.SECONDS,
                            null,
                            "TIME",
                            "Delete the function after so long without a call."),
                    Field.of(
                            "destinations.onSuccess",
                            "--on-success",
                            FieldType.CHOICES,
                            List.of(),
                            "DESTINATION,…",
                            "Destinations that get each end of it with success, by name or id."),
                    Field.of(
                            "destinations.onFailure",
                            "--on-failure",
                            FieldType.CHOICES,
                            List.of(),
                            "DESTINATION,…",
                            "Destinations that get each other end of it."),
                    Field.of(
                            "destinations.onEnd",
                            "--on-end",
                            FieldType.CHOICES,
                            List.of(),
                            "DESTINATION,…",
                            "Destinations that get all ends of it.")),
            List.of(Field.NAME, IMAGE),
            List.of("id", "owner", "revision", "imageDigest", "createdAt", "updatedAt", "paused"),
            Set.of(MODE));

    private FunctionFields() {}
}
