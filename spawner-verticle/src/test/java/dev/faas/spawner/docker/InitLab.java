package dev.faas.spawner.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.spawner.docker.init.InitProgram;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Prepares what the tests of init need from Docker: the volume with the program, images by {@code docker import} with
 * instructions of a Dockerfile, and sandboxes. Removes the volume and the images at the end.
 */
final class InitLab implements AutoCloseable {

    private static final List<String> OPTIONS = List.of(
            "--network=none",
            "--cap-drop=ALL",
            "--security-opt=no-new-privileges",
            "--memory=64m",
            "--memory-swap=64m",
            "--pids-limit=64",
            "--ulimit=core=0",
            "--log-driver=none",
            "--ipc=private",
            "--shm-size=8m",
            "--tmpfs=/tmp:rw,exec,nosuid,nodev,mode=1777,size=16m",
            "--hostname=sandbox",
            "--label=faas-test");

    /** The platform's options for a sandbox that a command can see; used for both ways to start one. */
    static final List<String> HARDENED = Stream.concat(
                    OPTIONS.stream(),
                    HardenedContainer.NO_CONNECTION_HISTORY.entrySet().stream()
                            .map(each -> "--sysctl=" + each.getKey() + "=" + each.getValue()))
            .toList();

    /** Otherwise init runs as the command's user and has no capabilities. */
    private static final List<String> NESTED = Stream.concat(
                    Stream.of("--user=0:0"),
                    Stream.of(HardenedContainer.NESTED_INIT_CAPABILITIES)
                            .map(capability -> "--cap-add=" + capability.name()))
            .toList();

    private static final String USER = "--user=";
    private static final String SCRATCH_BYTES = Integer.toString(16 << 20);

    private final String name = "faas-test-" + UUID.randomUUID().toString().substring(0, 8);
    private final List<String> images = new ArrayList<>();
    private final byte[] probe;
    private final boolean nested;

    /**
     * @param directory to build the probe in
     * @param nested whether each run gets a root and namespaces of its own
     */
    InitLab(Path directory, boolean nested) throws Exception {
        this.nested = nested;
        probe = CProgram.probe(directory);
        DockerCli.output("volume", "create", name);
        fillVolume(image(new TestTar()), InitProgram.of(DockerCli.output("info", "--format", "{{.Architecture}}")));
    }

    boolean nestsRuns() {
        return nested;
    }

    private void fillVolume(String anyImage, InitProgram program) throws Exception {
        var container = DockerCli.output("create", "--volume=" + name + ":/.faas", anyImage, "/.faas/init");
        try (var docker = new TestImages(TestImages.dockerHost());
                var tar = new ByteArrayInputStream(new TestTar()
                        .file("init", InitProgram.MODE, program.bytes())
                        .file("readable", 0555, program.bytes())
                        .bytes())) {
            docker.docker()
                    .copyArchiveToContainerCmd(container)
                    .withRemotePath("/.faas")
                    .withTarInputStream(tar)
                    .exec();
        }
        DockerCli.output("rm", "--volumes", container);
    }

    /** @param instructions of a Dockerfile, e.g. {@code ENTRYPOINT ["/probe"]} */
    String image(TestTar files, String... instructions) throws Exception {
        var reference = "faas-test/" + name + ":" + images.size();
        var words = new ArrayList<>(List.of("import"));
        Stream.of(instructions).forEach(line -> words.addAll(List.of("--change", line)));
        words.addAll(List.of("-", reference));
        var result = DockerCli.run(words, files.bytes());
        assertThat(result.code()).as(result.stderr()).isZero();
        images.add(reference);
        return reference;
    }

    /** With a static program and nothing else. */
    String probeImage(String... words) throws Exception {
        return image(scratch(), "ENTRYPOINT [\"/probe\"%s]".formatted(quoted(words)));
    }

    byte[] probe() {
        return probe.clone();
    }

    TestTar scratch() {
        return new TestTar().file("probe", 0755, probe);
    }

    private static String quoted(String... words) {
        var list = new StringBuilder();
        for (var word : words) {
            list.append(", \"").append(word).append('"');
        }
        return list.toString();
    }

    /** Boots a sandbox and waits until it is ready. */
    InitSandbox boot(String image, List<String> command, String... options) throws Exception {
        return new InitSandbox(create(image, command, options));
    }

    /** Docker's error for a sandbox that it cannot start. */
    String startError(String image, List<String> command) throws IOException {
        var container = create(image, command);
        var result = DockerCli.run(List.of("start", container));
        DockerCli.output("rm", "--volumes", container);
        assertThat(result.code()).isNotZero();
        return result.stderr();
    }

    private String create(String image, List<String> command, String... options) throws IOException {
        var words = new ArrayList<>(List.of("create", "--interactive", "--volume=" + name + ":/.faas:ro,nocopy"));
        words.add("--entrypoint=/.faas/init");
        words.addAll(HARDENED);
        words.addAll(List.of(options));
        if (nested) {
            words.removeIf(option -> option.startsWith(USER));
            words.addAll(NESTED);
        }
        words.add(image);
        if (nested) {
            words.addAll(List.of("--nested", user(image, options), "--scratch", SCRATCH_BYTES));
            if (!DockerCli.output("inspect", "--format", "{{.Config.Env}}", image)
                    .contains("HOME=")) {
                words.add("--home");
            }
        }
        words.add("--");
        words.addAll(command);
        return DockerCli.output(words.toArray(String[]::new));
    }

    private static String user(String image, String... options) throws IOException {
        var option = Stream.of(options).filter(each -> each.startsWith(USER)).findFirst();
        return option.isPresent()
                ? option.get().substring(USER.length())
                : DockerCli.output("inspect", "--format", "{{.Config.User}}", image);
    }

    /** The other way to start a sandbox: {@code docker run --init}. */
    static DockerCli.Result dockerRun(String image, List<String> words, String... options) throws IOException {
        var all = new ArrayList<>(List.of("run", "--rm", "--init"));
        all.addAll(HARDENED);
        all.addAll(List.of(options));
        all.add(image);
        all.addAll(words);
        return DockerCli.run(all);
    }

    @Override
    public void close() throws IOException {
        for (var image : images) {
            DockerCli.output("rmi", image);
        }
        DockerCli.output("volume", "rm", name);
    }
}
