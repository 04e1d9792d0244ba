package dev.faas.cli.run;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Says to users of {@code docker run} what takes the place of its options. */
final class DockerFlags {
    private static final Map<String, String> SENTENCES = sentences();

    private DockerFlags() {}

    private static Map<String, String> sentences() {
        var sentences = new HashMap<String, String>();
        add(
                sentences,
                "A command has no standard input and no terminal: give it data as arguments or by -e.",
                "-i",
                "-t",
                "-it",
                "-ti",
                "--interactive",
                "--tty");
        add(
                sentences,
                "A container has no volumes: give it data as arguments, and let it print the result.",
                "-v",
                "--volume",
                "--mount");
        add(
                sentences,
                "The image sets the working directory. Another one: faas run IMAGE sh -c 'cd FOLDER && COMMAND'",
                "-w",
                "--workdir");
        add(sentences, "The image sets the user.", "-u", "--user");
        add(
                sentences,
                "Nobody can connect to a container; with --network outbound it connects to others.",
                "-p",
                "-P",
                "--publish",
                "--publish-all",
                "--expose");
        add(sentences, "Leave it out: the platform pulls images itself.", "--pull");
        add(sentences, "Leave it out: all processes end with the container.", "--init");
        add(sentences, "To find the activation later, tag it: --tag K=V", "-l", "--label");
        add(sentences, "Leave it out: /tmp is writable, with --read-only, too.", "--tmpfs");
        add(sentences, "The platform sets names and addresses.", "--hostname", "--add-host", "--dns", "--link", "--ip");
        add(
                sentences,
                "A command never gets more rights or devices than any other.",
                "--privileged",
                "--cap-add",
                "--cap-drop",
                "--security-opt",
                "--device",
                "--gpus");
        add(sentences, "Write --network.", "--net");
        add(sentences, "Make a function, which has that limit: faas fn create NAME --pids N", "--pids-limit");
        add(sentences, "Make a function, which can be tried again: faas fn create NAME --max-attempts N", "--restart");
        add(
                sentences,
                "-m is the limit of memory, of /tmp and /dev/shm too; there is no swap.",
                "--shm-size",
                "--memory-swap");
        add(sentences, "stderr is the log: faas logs ID", "--log-driver", "--log-opt");
        add(sentences, "-d prints the id.", "--cidfile");
        return sentences;
    }

    private static void add(Map<String, String> sentences, String sentence, String... flags) {
        for (var flag : flags) {
            sentences.put(flag, sentence);
        }
    }

    static Optional<String> sentence(String flag) {
        return Optional.ofNullable(SENTENCES.get(flag));
    }
}
