package dev.faas.cli.run;

import dev.faas.cli.Doc;
import dev.faas.cli.Environment;
import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import dev.faas.cli.Session;
import dev.faas.cli.output.Numbers;
import dev.faas.cli.output.Sizes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs an image as {@code docker run} does, on the platform. */
@Command(
        name = "run",
        description = {
            "Run a command in a new container.",
            "Prints its output as it arrives, and exits with its exit code. Ctrl-C leaves the command running. Options come before the image; what follows the image belongs to the command.",
            "",
            "It differs from docker run:",
            "  There is no standard input, no terminal, no volume and no open port.",
            "  If its machine is lost, the command starts again on another; not with --delivery=at-most-once.",
            "  There is no network without --network outbound.",
            "  Memory, processors and time are limited: -m, --cpus, --timeout.",
            "  Of stdout and of stderr 16 MiB each are kept; more is cut."
        },
        footer = {
            "",
            "Examples:",
            "  faas run busybox echo hello",
            "  faas run -m 512m --timeout 1h -e LEVEL=3 busybox sh -c 'echo $LEVEL'",
            "  faas run --network outbound busybox wget -qO- example.org",
            "  faas run -d busybox sleep 60",
            "",
            AttachedVerb.EXIT_CODES
        })
public final class RunCommand extends AttachedVerb {
    /** The most that the API allows, so that as little as possible is cut. */
    private static final int MAX_OUTPUT_KB = 16_384;

    private static final int LONGEST_WORD = 4_096;

    @Parameters(index = "0", paramLabel = "IMAGE", description = "As docker pull takes it.")
    private String image = "";

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "ARG",
            description = "The command and its arguments, or arguments for the image's entrypoint.")
    private List<String> words = new ArrayList<>();

    @Option(
            names = {"-e", "--env"},
            paramLabel = "K=V",
            description = "Set an environment variable; K alone takes its value from here.")
    private List<String> env = new ArrayList<>();

    @Option(names = "--env-file", paramLabel = "FILE", description = "Read environment variables, one a line.")
    private List<String> envFiles = new ArrayList<>();

    @Option(
            names = {"-m", "--memory"},
            paramLabel = "SIZE",
            defaultValue = "128m",
            description = "Limit the memory (default: ${DEFAULT-VALUE}; docker: no limit).")
    private String memory = "128m";

    @Option(
            names = "--cpus",
            paramLabel = "N",
            defaultValue = "1",
            description = "Limit the processors (default: ${DEFAULT-VALUE}; docker: no limit).")
    private String cpus = "1";

    @Option(
            names = "--entrypoint",
            paramLabel = "PROGRAM",
            description = "Run this instead of the image's entrypoint; an empty one removes it.")
    private @Nullable String entrypoint;

    @Option(
            names = "--network",
            paramLabel = "MODE",
            defaultValue = "none",
            description = "none or outbound (default: ${DEFAULT-VALUE}; docker: bridge).")
    private String network = "none";

    @Option(names = "--read-only", description = "Make the root file system read-only; /tmp is writable.")
    private boolean readOnly;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "300s",
            description = "Stop the command after this time (default: ${DEFAULT-VALUE}, at most 1d; docker: never).")
    private String timeout = "300s";

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            description =
                    "isolated, nested or reused (default: the platform's). What they share: faas fn create --help.")
    private @Nullable String mode;

    @Option(
            names = "--delivery",
            paramLabel = "KIND",
            description = "at-least-once (default) or at-most-once; see above.")
    private @Nullable String delivery;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description =
                    "Keep the image, the options and all words but the last as this function; faas invoke NAME gives another last word. Without a name, the function is deleted an hour after its last run.")
    private @Nullable String name;

    @Option(names = "--tag", paramLabel = "K=V", description = "Tag the activation.")
    private Map<String, String> tags = new LinkedHashMap<>();

    @Option(
            names = {"-d", "--detach"},
            description = "Print the id and do not wait.")
    private boolean detach;

    @Option(names = "--rm", hidden = true, description = "For docker's users: a container is always removed.")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean rm;

    @Override
    protected Optional<Failure> explainUnknown(String word) {
        var flag = optionName(word);
        return DockerFlags.sentence(flag)
                .map(sentence -> Failure.usage("faas run has no " + flag, sentence))
                .or(() -> super.explainUnknown(word));
    }

    @Override
    protected int run(Session session) throws InterruptedException {
        var line = CommandLine.of(entrypoint, words);
        var argument = Argument.check("the last argument", line.argument().getBytes(StandardCharsets.UTF_8));
        var function = RunFunction.of(name, spec(session, line));
        var submission = Submission.of(argument, OptionalLong.empty(), tags, Due.NOW, Callback.NONE, null);
        var api = session.api();
        try (var interruption = new Interruption(session, api, onInterrupt, "")) {
            var accepted = function.submit(api, submission);
            var id = accepted.text("activationId");
            interruption.submitted(id);
            if (detach) {
                interruption.ended();
                session.output().document(accepted, doc -> id, () -> List.of(id));
                return Exit.OK;
            }
            var outcome = new LiveOutput(session, api, id, "", CommandOutput.of(session), interruption).follow();
            if (outcome.record().text("reason").equals("start_failed")
                    && !words.isEmpty()
                    && words.getFirst().startsWith("-")) {
                session.output()
                        .note("faas: options come before the image; %s is the command's.".formatted(words.getFirst()));
            }
            return exit(session, outcome);
        }
    }

    private Doc spec(Session session, CommandLine line) {
        if (!network.equals("none") && !network.equals("outbound")) {
            throw Failure.usage(
                    "--network: '%s' is neither none nor outbound".formatted(network),
                    "outbound reaches other hosts, as docker's bridge does. No other container reaches the command.");
        }
        var limits = new TreeMap<String, Object>(Map.of(
                "memoryMb", Sizes.memoryMb("-m", memory),
                "cpus", Numbers.decimal("--cpus", cpus),
                "timeoutSeconds",
                        Submission.checkLongest(
                                Submission.timeoutSeconds(timeout).orElseThrow()),
                "resultKb", MAX_OUTPUT_KB,
                "logKb", MAX_OUTPUT_KB));
        var spec = Doc.empty()
                .with("image", image)
                .with("entrypoint", line.entrypoint())
                .with("command", line.command())
                .with("env", Environment.read(envFiles, env, session.terminal().env()))
                .with("network", network)
                .with("limits", limits)
                .with("readOnlyRoot", readOnly)
                .with("argumentAs", line.takesArgument() ? "last" : "none");
        if (mode != null) {
            spec.with("mode", mode);
        }
        if (delivery != null) {
            spec.with("delivery", delivery);
        }
        return spec;
    }

    /** What of a command line is the function's and what is the argument.
     *
     * @param takesArgument false: the command line ends before the argument
     */
    record CommandLine(
            @Nullable List<String> entrypoint, @Nullable List<String> command, String argument, boolean takesArgument) {
        static CommandLine of(@Nullable String entrypoint, List<String> words) {
            if (entrypoint == null) {
                return ofWords(null, words);
            }
            if (!entrypoint.isEmpty()) {
                return ofWords(List.of(entrypoint), words);
            }
            if (words.isEmpty()) {
                throw Failure.usage("--entrypoint: an empty one needs a command after the image");
            }
            return ofWords(List.of(words.getFirst()), words.subList(1, words.size()));
        }

        private static CommandLine ofWords(@Nullable List<String> entrypoint, List<String> words) {
            if (words.isEmpty()) {
                return new CommandLine(entrypoint, null, "", false);
            }
            // Of an image without an entrypoint the only word is the program, and a program is no argument.
            if (words.size() == 1 && entrypoint == null && words.getFirst().length() <= LONGEST_WORD) {
                return new CommandLine(null, List.copyOf(words), "", false);
            }
            var before = List.copyOf(words.subList(0, words.size() - 1));
            return new CommandLine(entrypoint, before, words.getLast(), true);
        }
    }
}
