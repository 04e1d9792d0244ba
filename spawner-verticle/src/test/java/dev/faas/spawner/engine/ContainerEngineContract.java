package dev.faas.spawner.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.activation.RunSpec;
import dev.faas.spawner.engine.SandboxUnavailable.ImageNotFound;
import dev.faas.spawner.engine.SandboxUnavailable.ImagePullFailed;
import dev.faas.spawner.engine.Termination.Cancelled;
import dev.faas.spawner.engine.Termination.Exited;
import dev.faas.spawner.engine.Termination.OutOfMemory;
import dev.faas.spawner.engine.Termination.Signalled;
import dev.faas.spawner.engine.Termination.StartFailed;
import dev.faas.spawner.engine.Termination.TimedOut;
import dev.faas.testing.Records;
import dev.faas.wire.FunctionSpec.Mode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests what every {@link ContainerEngine} must do. */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class ContainerEngineContract extends EngineFixture {

    static List<String> arguments() {
        return List.of(
                "",
                " ",
                "  leading and trailing  ",
                "line\nline\n",
                "\r\n\t",
                "'single' \"double\" `back` \\ $HOME $(id) ; | & * ?",
                "--help",
                "grüße 🦀 日本語 \u0001\u007f",
                "a".repeat(RunSpec.MAX_ARGUMENT_BYTES),
                "🦀".repeat(RunSpec.MAX_ARGUMENT_BYTES / 4) + "abc");
    }

    @ParameterizedTest
    @MethodSource("arguments")
    void givenAnyArgument_whenRun_thenItArrivesUnchanged(String argument) throws Exception {
        var output = new RecordedOutput();
        var outcome = run(Program.ECHO, argument, output);

        assertThat(outcome.termination()).isEqualTo(new Exited(0));
        assertThat(output.stdoutText()).isEqualTo(argument);
        assertThat(output.stderr()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 42, 126, 127, 255})
    void givenAnExitCode_whenRun_thenItIsTheOutcome(int code) throws Exception {
        var outcome = run(Program.EXIT, String.valueOf(code), new RecordedOutput());

        assertThat(outcome.termination()).isEqualTo(new Exited(code));
    }

    @Test
    void givenOutputOnBothStreams_whenRun_thenTheyAreSeparate() throws Exception {
        var output = new RecordedOutput();
        run(Program.BOTH, "stderr", output);

        assertThat(output.stdoutText()).isEqualTo("to stdout");
        assertThat(output.stderrText()).isEqualTo("to stderr");
    }

    @Test
    void givenAMebibyteOfBinaryOutput_whenRun_thenItIsComplete() throws Exception {
        var output = new RecordedOutput();
        run(Program.BINARY, "", output);

        assertThat(output.stdout()).isEqualTo(BINARY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"OF_FUNCTION=from the spec", "OF_RUN=from the request", "BOTH=the request wins"})
    void givenVariables_whenRun_thenTheyAreInTheEnvironment(String expected) throws Exception {
        var spec = spec(Program.ENV, Map.of("OF_FUNCTION", "from the spec", "BOTH", "of the spec"));
        var output = new RecordedOutput();
        var name = expected.substring(0, expected.indexOf('='));
        var variables = Map.of("OF_RUN", "from the request", "BOTH", "the request wins");
        try (var sandbox = engine.boot(spec)) {
            sandbox.run(new RunRequest("a1", name, variables, LONG, GRACE, LONG), output);
        }

        assertThat(output.stdoutText()).isEqualTo(expected.substring(expected.indexOf('=') + 1));
    }

    @Test
    void givenARunBeyondItsTimeout_whenRun_thenItTimesOutAndKeepsItsOutput() throws Exception {
        var output = new RecordedOutput();
        var outcome = run(Program.HANG, "", output, Duration.ofSeconds(1));

        assertThat(outcome.termination()).isEqualTo(new TimedOut());
        assertThat(outcome.usage().durationMs()).isBetween(900L, 60_000L);
        assertThat(output.stdoutText()).isEqualTo("started");
    }

    @Test
    void givenACommandThatIgnoresSigterm_whenItsTimeoutComes_thenItIsKilledAfterTheGrace() throws Exception {
        var output = new RecordedOutput();
        var outcome = run(Program.STUBBORN, "", output, Duration.ofSeconds(1));

        assertThat(outcome.termination()).isEqualTo(new TimedOut());
        assertThat(outcome.usage().durationMs()).isBetween(1900L, 60_000L);
        assertThat(output.stdoutText()).isEqualTo("started");
    }

    @Test
    void givenACommandThatEndsWellOnSigterm_whenItsTimeoutComes_thenItStillTimedOut() throws Exception {
        var output = new RecordedOutput();
        var outcome = run(Program.POLITE, "", output, Duration.ofSeconds(1));

        assertThat(outcome.termination()).isEqualTo(new TimedOut());
        assertThat(output.stdoutText()).isEqualTo("startedbye");
    }

    @ParameterizedTest
    @ValueSource(strings = {"HANG", "STUBBORN", "POLITE"})
    void givenARun_whenCancelled_thenItIsCancelled(String program) throws Exception {
        var output = new RecordedOutput();
        try (var sandbox = engine.boot(spec(Program.valueOf(program)));
                var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var outcome = executor.submit(() -> sandbox.run(request("", LONG), output));
            output.awaitFirst();
            sandbox.cancel();
            sandbox.cancel();

            assertThat(outcome.get(60, TimeUnit.SECONDS).termination()).isEqualTo(new Cancelled());
        }
    }

    @Test
    void givenACancelBeforeTheRun_whenRun_thenNothingStarts() throws Exception {
        var output = new RecordedOutput();
        try (var sandbox = engine.boot(spec(Program.ECHO))) {
            sandbox.cancel();

            assertThat(sandbox.run(request("x", LONG), output).termination()).isEqualTo(new Cancelled());
        }
        assertThat(output.stdout()).isEmpty();
    }

    @Test
    void givenARunThatHasEnded_whenCancelled_thenNothingChanges() throws Exception {
        try (var sandbox = engine.boot(spec(Program.EXIT))) {
            var outcome = sandbox.run(request("7", LONG), new RecordedOutput());
            sandbox.cancel();

            assertThat(outcome.termination()).isEqualTo(new Exited(7));
        }
    }

    @Test
    void givenMoreMemoryThanAllowed_whenRun_thenOutOfMemory() throws Exception {
        var outcome = run(Program.HOG, "", new RecordedOutput());

        assertThat(outcome.termination()).isEqualTo(new OutOfMemory());
        assertThat(outcome.usage().oomKills()).isPositive();
    }

    @Test
    void givenACrash_whenRun_thenTheSignalIsNamed() throws Exception {
        var outcome = run(Program.SEGFAULT, "", new RecordedOutput());

        assertThat(outcome.termination()).isEqualTo(new Signalled(11, "SIGSEGV"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"MISSING", "NOT_EXECUTABLE"})
    void givenAnEntrypointThatCannotBeExecuted_whenRun_thenStartFailedSaysWhichAndLogsNothing(String program)
            throws Exception {
        var output = new RecordedOutput();
        var outcome = run(Program.valueOf(program), "x", output);

        assertThat(outcome.termination())
                .isInstanceOfSatisfying(
                        StartFailed.class, failed -> assertThat(failed.detail()).contains("/opt/function"));
        assertThat(output.stdout()).isEmpty();
        assertThat(output.stderr()).isEmpty();
    }

    @Test
    void givenAnImageThatIsNowhere_whenBooted_thenImageNotFoundNamesIt() {
        assertThatThrownBy(() -> engine.boot(spec(missingImage())).close())
                .isInstanceOf(ImageNotFound.class)
                .hasMessageContaining(missingImage());
    }

    @Test
    void givenARegistryThatIsAway_whenBooted_thenImagePullFailedNamesTheImage() {
        assertThatThrownBy(() -> engine.boot(spec(unreachableImage())).close())
                .isInstanceOf(ImagePullFailed.class)
                .hasMessageContaining(unreachableImage());
    }

    @Test
    void givenASandboxThatRan_whenRunAgain_thenRefused() throws Exception {
        try (var sandbox = engine.boot(spec(Program.ECHO))) {
            sandbox.run(request("x", LONG), new RecordedOutput());

            assertThatThrownBy(() -> sandbox.run(request("x", LONG), new RecordedOutput()))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void givenAReusedSandbox_whenReset_thenItRunsAnother() throws Exception {
        var spec = Records.with(spec(Program.ECHO), "mode", Mode.REUSED);
        try (var sandbox = engine.boot(spec)) {
            for (var argument : List.of("first", "second", "third")) {
                var output = new RecordedOutput();
                assertThat(sandbox.run(request(argument, LONG), output).termination())
                        .isEqualTo(new Exited(0));
                assertThat(output.stdoutText()).isEqualTo(argument);
                assertThat(sandbox.resetForReuse()).isTrue();
            }
        }
    }

    @Test
    void givenAReusedSandbox_whenARunWasCancelled_thenItRunsNoOther() throws Exception {
        var spec = Records.with(spec(Program.HANG), "mode", Mode.REUSED);
        var output = new RecordedOutput();
        try (var sandbox = engine.boot(spec);
                var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var outcome = executor.submit(() -> sandbox.run(request("", LONG), output));
            output.awaitFirst();
            sandbox.cancel();

            assertThat(outcome.get(60, TimeUnit.SECONDS).termination()).isEqualTo(new Cancelled());
            assertThat(sandbox.resetForReuse()).isFalse();
        }
    }

    @Test
    void givenARunUnderWay_whenListed_thenItsContainerNamesItsSpawner() throws Exception {
        var output = new RecordedOutput();
        try (var sandbox = engine.boot(spec(Program.HANG));
                var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var outcome = executor.submit(() -> sandbox.run(request("", LONG), output));
            output.awaitFirst();

            assertThat(engine.listContainers()).singleElement().satisfies(own -> {
                assertThat(own.spawner()).isEqualTo("spawner-1");
                assertThat(own.incarnation()).isEqualTo("incarnation-1");
                assertThat(own.revision()).isEqualTo(revision(image(Program.HANG)));
                assertThat(own.inUse()).isTrue();
                assertThat(own.createdAt()).isNotNull();
            });
            sandbox.cancel();
            outcome.get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void givenAContainerOfOurs_whenRemovedTwice_thenItIsGone() throws Exception {
        try (var sandbox = engine.boot(spec(Program.ECHO))) {
            sandbox.run(request("x", LONG), new RecordedOutput());
            var id = engine.listContainers().getFirst().id();
            engine.remove(id);
            engine.remove(id);

            assertThat(engine.listContainers()).isEmpty();
        }
    }

    @Test
    void givenASinkThatFails_whenRun_thenTheRunContinues() throws Exception {
        try (var sandbox = engine.boot(spec(Program.BINARY))) {
            var outcome = sandbox.run(request("", LONG), (stream, bytes, offset, length) -> {
                throw new IllegalStateException("a sink that fails");
            });

            assertThat(outcome.termination()).isEqualTo(new Exited(0));
        }
    }

    @Test
    void givenEightAtOnce_whenRun_thenEachGetsItsOwnResult() throws Exception {
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var runs = new ArrayList<Future<String>>();
            for (int i = 0; i < 8; i++) {
                var argument = "argument " + i;
                Callable<String> run = () -> {
                    var output = new RecordedOutput();
                    run(Program.ECHO, argument, output);
                    return output.stdoutText();
                };
                runs.add(executor.submit(run));
            }
            var results = new HashSet<String>();
            for (var run : runs) {
                results.add(run.get(100, TimeUnit.SECONDS));
            }
            assertThat(results).hasSize(8).allMatch(result -> result.startsWith("argument "));
        }
    }

    @Test
    void givenAReadySandbox_whenDescribedAndTidied_thenItWaitsForNothingAndStays() throws Exception {
        var spec = spec(Program.ECHO);
        try (var sandbox = engine.boot(spec)) {
            assertThat(engine.describeWait(spec)).isEmpty();
            engine.tidy();

            assertThat(sandbox.run(request("x", LONG), new RecordedOutput()).termination())
                    .isEqualTo(new Exited(0));
        }
    }

    @Test
    void givenAnEngine_whenPinged_thenItAnswers() {
        assertThat(engine.ping()).isTrue();
    }
}
