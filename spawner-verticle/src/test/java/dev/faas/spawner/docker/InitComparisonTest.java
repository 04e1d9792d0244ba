package dev.faas.spawner.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.spawner.docker.image.ResolvedImage;
import dev.faas.spawner.docker.init.Trailer.End;
import dev.faas.spawner.engine.EngineFixture;
import dev.faas.spawner.engine.SandboxSpec;
import dev.faas.testing.Records;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The same image run both ways: a command sees the same, and its end is reported the same, by {@code docker run --init
 * IMAGE ARGUMENT} and by our init. The probe prints argv, environ, ids, groups, working directory, umask, descriptors,
 * stdin, signals, limits, capabilities, no_new_privs, session and process group.
 */
@Tag("docker")
class InitComparisonTest extends InitFixture {

    /** The probe beside busybox, for images that run it through a shell, a script or PATH. */
    static TestTar withShell() throws IOException {
        return InitImages.busybox()
                .file("bin/probe", 0755, lab.probe())
                .file("bin/script", 0755, InitImages.utf8("#!/bin/sh\nexec /bin/probe show \"$0\" \"$@\"\n"))
                .file("bin/plain", 0755, InitImages.utf8("exec /bin/probe show \"$0\" \"$@\"\n"));
    }

    /** Compares what both print, and checks that they print something. */
    static void assertSame(String image, String... options) throws Exception {
        assertSame(image, List.of(), options);
    }

    /** @param command the function's, which comes before the argument */
    static void assertSame(String image, List<String> command, String... options) throws Exception {
        var argument = "an argument, \"quoted\" $HOME \\ ü\n";
        var words = new ArrayList<>(command);
        words.add(argument);
        var docker = InitLab.dockerRun(image, words, options);
        var line = commandLine(image, command.isEmpty() ? null : command);
        try (var sandbox = lab.boot(image, line, options)) {
            var ran = sandbox.run(argument);
            assertThat(ran.out()).isEqualTo(withOwnFilters(docker.text()));
            assertThat(ran.err()).isEqualTo(docker.stderr());
            assertThat(exitCode(ran.trailer().end())).isEqualTo(docker.code());
            assertThat(ran.out()).contains("NoNewPrivs:\t1", "stdin read 0", "argv 1 ", "an argument, \"quoted\"");
        }
    }

    /** Init adds filters of its own to Docker's. Kernels before 5.9 do not tell the number. */
    private static String withOwnFilters(String seen) {
        return seen.replace("Seccomp_filters:\t1", "Seccomp_filters:\t" + (lab.nestsRuns() ? 3 : 2));
    }

    /** By the platform's rule, from Docker's description of the image. */
    private static List<String> commandLine(String image, List<String> command) throws IOException {
        var entrypoint = list(image, "Entrypoint");
        var cmd = list(image, "Cmd");
        var program = new SandboxSpec.Program(image, null, command, Map.of());
        var spec = Records.with(EngineFixture.spec(image), "program", program);
        var resolved = new ResolvedImage(image, Optional.empty(), entrypoint, cmd, Set.of(), "", false);
        return CommandLine.of(spec, resolved).orElseThrow();
    }

    private static List<String> list(String image, String of) throws IOException {
        var lines = DockerCli.output(
                "inspect", "--format", "{{range .Config.%s}}{{println .}}{{end}}".formatted(of), image);
        return lines.isEmpty() ? List.of() : lines.lines().toList();
    }

    /** As Docker reports it. */
    private static int exitCode(End end) {
        return switch (end) {
            case End.Exited(int code) -> code;
            case End.Signalled(int number) -> 128 + number;
            case End.NotExecuted(int errno, int code) -> code;
            case End.NotForked _, End.Refused _, End.TooLate _, End.NoSecrets _ -> throw new AssertionError(end);
        };
    }

    @Test
    void givenAnImageWithOneStaticProgramAndNothingElse_whenItRunsBothWays_thenItSeesTheSame() throws Exception {
        assertSame(lab.image(lab.scratch(), "ENTRYPOINT [\"/probe\", \"show\"]"));
    }

    @Test
    void givenAUserByNumberOrName_whenItRunsBothWays_thenItSeesTheSame() throws Exception {
        for (var user : List.of("4711", "4711:4712", "worker", "worker:root")) {
            assertSame(lab.image(withShell(), "USER " + user, "ENTRYPOINT [\"/bin/probe\", \"show\"]"));
        }
    }

    @Test
    void givenAUserThatIsNotInTheImage_whenItRunsBothWays_thenNeitherStarts() throws Exception {
        var image = lab.image(withShell(), "USER nobody-knows", "ENTRYPOINT [\"/bin/probe\", \"show\"]");
        assertThat(InitLab.dockerRun(image, List.of("x")).stderr()).contains("unable to find user");
        assertUnknownUserRefused(image);
    }

    void assertUnknownUserRefused(String image) throws Exception {
        assertThat(lab.startError(image, List.of("/bin/probe"))).contains("unable to find user");
    }

    @Test
    void givenAWorkingDirectory_whenItRunsBothWays_thenItSeesTheSame() throws Exception {
        for (var workdir : List.of("WORKDIR /etc", "WORKDIR /not/there/before", "WORKDIR relative/path")) {
            assertSame(lab.image(withShell(), workdir, "ENTRYPOINT [\"/bin/probe\", \"show\"]"));
        }
    }

    @Test
    void givenEntrypointsOfBothForms_whenTheyRunBothWays_thenTheySeeTheSame() throws Exception {
        assertSame(lab.image(
                withShell(),
                "ENTRYPOINT [\"/bin/sh\", \"-c\", \"exec probe show \\\"$0\\\" \\\"$@\\\"\"]",
                "ENV PATH=/bin"));
        var shellForm = lab.image(withShell(), "ENV PATH=/bin", "ENTRYPOINT echo shell form with argument $0");
        var docker = InitLab.dockerRun(shellForm, List.of("x"));
        try (var sandbox = lab.boot(shellForm, commandLine(shellForm, null))) {
            assertThat(sandbox.run("x").out()).isEqualTo(docker.text()).isEqualTo("shell form with argument x\n");
        }
    }

    @Test
    void givenEntrypointAndCmd_whenItRunsBothWays_thenTheArgumentReplacesCmd() throws Exception {
        assertSame(lab.image(withShell(), "ENTRYPOINT [\"/bin/probe\", \"show\"]", "CMD [\"default\", \"arguments\"]"));
    }

    @Test
    void givenEntrypointAndTheFunctionsCommand_whenItRunsBothWays_thenItSeesTheSame() throws Exception {
        assertSame(lab.image(withShell(), "ENTRYPOINT [\"/bin/probe\", \"show\"]"), List.of("of the", "function"));
    }

    @Test
    void givenNeitherEntrypointNorCmd_whenTheFunctionHasACommand_thenItSeesTheSame() throws Exception {
        assertSame(lab.image(withShell()), List.of("/bin/probe", "show"));
    }

    /** Here the platform differs: {@code docker run} would execute the argument. */
    @Test
    void givenCmdOnly_whenItRuns_thenItSeesWhatDockerRunShowsOfCmdAndArgument() throws Exception {
        var image = lab.image(withShell(), "CMD [\"/bin/probe\", \"show\"]");
        var docker = InitLab.dockerRun(image, List.of("/bin/probe", "show", "x"));
        try (var sandbox = lab.boot(image, commandLine(image, null))) {
            assertThat(sandbox.run("x").out()).isEqualTo(withOwnFilters(docker.text()));
        }
    }

    @Test
    void givenEntrypointsThroughPathAndScripts_whenTheyRunBothWays_thenTheySeeTheSame() throws Exception {
        assertSame(lab.image(withShell(), "ENV PATH=/nowhere:/bin", "ENTRYPOINT [\"probe\", \"show\"]"));
        assertSame(lab.image(withShell(), "ENTRYPOINT [\"/bin/script\"]"));
        assertSame(lab.image(withShell(), "ENV PATH=/bin", "ENTRYPOINT [\"script\"]"));
        assertSame(lab.image(withShell(), "ENTRYPOINT [\"/bin/plain\"]"));
        assertSame(lab.image(withShell(), "ENV PATH=/bin", "ENTRYPOINT [\"plain\"]"));
    }

    @Test
    void givenVolumeHealthcheckStopsignalAndVariables_whenItRunsBothWays_thenItSeesTheSame() throws Exception {
        assertSame(lab.image(
                withShell(),
                "VOLUME /data",
                "HEALTHCHECK CMD exit 1",
                "STOPSIGNAL SIGUSR1",
                "ENV A=1 HOME=/data",
                "LABEL x=y",
                "EXPOSE 80",
                "ENTRYPOINT [\"/bin/probe\", \"show\"]"));
    }

    @Test
    void givenOtherLimitsAndOptions_whenItRunsBothWays_thenItSeesTheSame() throws Exception {
        assertSame(
                lab.image(lab.scratch(), "ENTRYPOINT [\"/probe\", \"show\"]"),
                "--ulimit=nofile=100:200",
                "--ulimit=stack=1000000",
                "--oom-score-adj=77",
                "--cap-add=CHOWN",
                "--group-add=99",
                "--read-only");
    }

    /** Dynamically linked, with a shell that is not busybox: what a Debian base image is made of. */
    @Test
    void givenDebiansOwnShellAndLibraries_whenAScriptRunsBothWays_thenItSeesTheSame() throws Exception {
        var image = lab.image(
                InitImages.debian()
                        .file("probe", 0755, lab.probe())
                        .file("run.sh", 0755, InitImages.utf8("#!/bin/sh\nset -eu\nexec /probe show \"$0\" \"$@\"\n")),
                "ENTRYPOINT [\"/run.sh\"]");
        assertSame(image);
    }

    @Test
    void givenExitCodes_whenReportedBothWays_thenTheyAreTheSame() throws Exception {
        var image = lab.image(lab.scratch(), "ENTRYPOINT [\"/probe\", \"exit\"]");
        var codes = List.of(0, 1, 2, 125, 126, 127, 128, 137, 143, 255);
        var docker = runInParallel(
                codes, code -> InitLab.dockerRun(image, List.of(code)).code());
        try (var sandbox = lab.boot(image, List.of("/probe", "exit"), "--read-only")) {
            for (int i = 0; i < codes.size(); i++) {
                var end = sandbox.runReusing(Integer.toString(codes.get(i)))
                        .trailer()
                        .end();
                assertThat(end).isEqualTo(new End.Exited(docker.get(i)));
            }
        }
    }

    @Test
    void givenDeathByEachSignal_whenReportedBothWays_thenItIsTheSame() throws Exception {
        var image = lab.image(lab.scratch(), "ENTRYPOINT [\"/probe\", \"die\"]");
        var docker = runInParallel(
                InitImages.DEADLY,
                number -> InitLab.dockerRun(image, List.of(number)).code());
        try (var sandbox = lab.boot(image, List.of("/probe", "die"), "--read-only")) {
            for (int i = 0; i < docker.size(); i++) {
                var number = InitImages.DEADLY.get(i);
                var end = sandbox.runReusing(Integer.toString(number)).trailer().end();
                assertThat(end).isEqualTo(new End.Signalled(number));
                assertThat(exitCode(end)).isEqualTo(docker.get(i));
            }
        }
    }

    @Test
    void givenWhatCannotBeExecuted_whenReportedBothWays_thenTheExitCodeIsTheSame() throws Exception {
        for (var program : List.of("/nowhere", "nowhere", "/bin", "/etc/passwd", "/etc/passwd/x")) {
            var image = lab.image(withShell(), "ENTRYPOINT [\"%s\"]".formatted(program));
            try (var sandbox = lab.boot(image, List.of(program))) {
                var end = sandbox.run("x").trailer().end();
                assertThat(end).isInstanceOf(End.NotExecuted.class);
                assertThat(exitCode(end))
                        .isEqualTo(InitLab.dockerRun(image, List.of("x")).code());
            }
        }
    }

    private interface Call {
        int of(String word) throws Exception;
    }

    /** Runs several at a time, because each {@code docker run} takes some hundred milliseconds. */
    private static List<Integer> runInParallel(List<Integer> numbers, Call asking) throws Exception {
        try (var pool = Executors.newFixedThreadPool(4)) {
            var answers = pool.invokeAll(numbers.stream()
                    .map(number -> (Callable<Integer>) () -> asking.of(Integer.toString(number)))
                    .toList());
            var all = new ArrayList<Integer>();
            for (var answer : answers) {
                all.add(answer.get());
            }
            return all;
        }
    }
}
