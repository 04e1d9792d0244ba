package dev.faas.spawner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationRecord.Ended;
import dev.faas.activation.ActivationRecord.Queued;
import dev.faas.activation.ActivationRecord.Running;
import dev.faas.activation.OutputChunk.Source;
import dev.faas.activation.Reason;
import dev.faas.activation.Status;
import dev.faas.spawner.engine.FakeProcess;
import dev.faas.spawner.engine.FakeProgram;
import dev.faas.spawner.engine.OutputSink.Stream;
import dev.faas.spawner.engine.SandboxUnavailable.ImagePullFailed;
import dev.faas.spawner.engine.Termination;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the record of each way in which a run can end. */
final class OutcomesTest {
    private static Platform platform;
    private static Platform.Started spawner;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        platform = Platform.start(directory);
        platform.images.put("echo", process -> {
            process.stdout(process.argument());
            process.stderr("heard: " + process.argument());
            return 0;
        });
        platform.images.put("exit", process -> Integer.parseInt(process.argument()));
        platform.images.put("hang", FakeProcess::hang);
        platform.images.put("hog", dies(new Termination.OutOfMemory()));
        platform.images.put("segfault", dies(new Termination.Signalled(11, "SIGSEGV")));
        platform.images.put("nothing", dies(new Termination.StartFailed("no such file: /opt/f")));
        platform.images.put("full", dies(new Termination.DiskFull("the disk is nearly full")));
        platform.images.put("too large", dies(new Termination.Signalled(25, "SIGXFSZ")));
        platform.images.put("read-only", process -> {
            process.stderr("can't create /a: Read-only file system");
            return Integer.parseInt(process.argument());
        });
        platform.images.put("binary", process -> {
            var bytes = new byte[Integer.parseInt(process.argument())];
            new Random(7).nextBytes(bytes);
            process.write(Stream.STDOUT, bytes);
            return 0;
        });
        platform.images.put("environment", process -> {
            process.stdout(process.environment().get("FAAS_ACTIVATION_ID") + " "
                    + process.environment().get("FAAS_ATTEMPT"));
            return 0;
        });
        spawner = platform.spawner(8);
        spawner.engine().unavailable("unreachable", () -> new ImagePullFailed("registry.example: refused", null));
    }

    @AfterAll
    static void stop() throws Exception {
        platform.close();
    }

    private static FakeProgram dies(Termination ending) {
        return process -> {
            throw new FakeProgram.Died(ending);
        };
    }

    private static Ended run(dev.faas.wire.FunctionSpec spec, String argument) throws Exception {
        var function = platform.function(spec);
        var id = platform.submit(function, argument);
        var ended = platform.ended(id);
        Platform.until("the command is acknowledged", () -> !platform.queued(function, id));
        return ended;
    }

    @Test
    void givenACommandThatExitsWithZero_whenRun_thenItSucceededWithItsResultAndLog() throws Exception {
        var ended = run(Specs.of("echo"), "a \"b\"\n☃");

        var report = ended.report();
        assertThat(report.status()).isEqualTo(Status.SUCCEEDED);
        assertThat(report.reason()).isNull();
        assertThat(report.exit().exitCode()).isZero();
        assertThat(report.output().result()).isEqualTo("a \"b\"\n☃");
        assertThat(report.output().resultBytes()).isEqualTo(9);
        assertThat(report.output().logBytes()).isEqualTo(16);
        assertThat(report.output().resultTruncated()).isFalse();
        assertThat(report.output().logTruncated()).isFalse();
        assertThat(report.usage().startedAt()).isNotNull();
        assertThat(ended.attempt()).isEqualTo(1);
        assertThat(ended.worker().spawner()).isEqualTo("spawner-0");
        assertThat(platform.output(ended.id(), ended.runId(), Source.STDERR))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("heard: a \"b\"\n☃");
        assertThat(platform.history(ended.id()))
                .extracting(Object::getClass)
                .containsExactly(Queued.class, Running.class, Ended.class);
        Platform.until(
                "its container is gone", () -> spawner.engine().listContainers().isEmpty());
    }

    @Test
    void givenACommandThatExitsOtherwise_whenRun_thenItFailedWithTheCode() throws Exception {
        var report = run(Specs.of("exit"), "42").report();

        assertThat(report.status()).isEqualTo(Status.FAILED);
        assertThat(report.reason()).isEqualTo(Reason.EXIT_CODE);
        assertThat(report.exit().exitCode()).isEqualTo(42);
    }

    @Test
    void givenACommandThatNeverEnds_whenItsTimeIsOver_thenItTimedOut() throws Exception {
        var report = run(Specs.limits("hang", 1, 1, 1), "").report();

        assertThat(report.status()).isEqualTo(Status.TIMED_OUT);
        assertThat(report.reason()).isEqualTo(Reason.TIMED_OUT);
        assertThat(report.usage().durationMs()).isBetween(900L, 5_000L);
    }

    @Test
    void givenACommandThatTheKernelKills_whenRun_thenItRanOutOfMemory() throws Exception {
        var report = run(Specs.of("hog"), "").report();

        assertThat(report.status()).isEqualTo(Status.FAILED);
        assertThat(report.reason()).isEqualTo(Reason.OUT_OF_MEMORY);
        assertThat(report.exit().oomKills()).isPositive();
    }

    @Test
    void givenACommandThatASignalKills_whenRun_thenTheSignalIsNamed() throws Exception {
        var report = run(Specs.of("segfault"), "").report();

        assertThat(report.status()).isEqualTo(Status.FAILED);
        assertThat(report.reason()).isEqualTo(Reason.SIGNAL);
        assertThat(report.exit().signal()).isEqualTo("SIGSEGV");
    }

    @Test
    void givenACommandThatHasFilledTheDisk_whenItIsEnded_thenTheDetailSaysWhy() throws Exception {
        var report = run(Specs.of("full"), "").report();

        assertThat(report.status()).isEqualTo(Status.FAILED);
        assertThat(report.reason()).isEqualTo(Reason.SIGNAL);
        assertThat(report.exit().signal()).isEqualTo("SIGKILL");
        assertThat(report.exit().detail()).isEqualTo("the disk is nearly full");
    }

    @Test
    void givenAFileThatGrewTooLarge_whenItsWriterIsKilled_thenTheDetailSaysSo() throws Exception {
        assertThat(run(Specs.of("too large"), "").report().exit().detail())
                .contains("SIGXFSZ")
                .contains("file grew larger");
    }

    @Test
    void givenAWriteToAReadOnlyRoot_whenTheCommandFailsAndOnlyThen_thenTheDetailGivesAHint() throws Exception {
        assertThat(run(Specs.of("read-only"), "2").report().exit().detail()).contains("readOnlyRoot");
        assertThat(run(Specs.of("read-only"), "0").report().exit().detail()).isNull();
    }

    @Test
    void givenACommandThatCannotBeStarted_whenRun_thenTheDetailSaysWhy() throws Exception {
        var report = run(Specs.of("nothing"), "").report();

        assertThat(report.reason()).isEqualTo(Reason.START_FAILED);
        assertThat(report.exit().detail()).isEqualTo("no such file: /opt/f");
        assertThat(report.usage().startedAt()).isNull();
    }

    @Test
    void givenAnImageThatIsNowhere_whenRun_thenItFailedWithoutRetry() throws Exception {
        var report = run(Specs.of("no-such-image"), "").report();

        assertThat(report.status()).isEqualTo(Status.FAILED);
        assertThat(report.reason()).isEqualTo(Reason.IMAGE_NOT_FOUND);
        assertThat(report.exit().detail()).contains("no-such-image");
    }

    @Test
    void givenAnImageThatCannotBePulled_whenRun_thenItFailedWithThatReason() throws Exception {
        var report = run(Specs.of("unreachable"), "").report();

        assertThat(report.reason()).isEqualTo(Reason.IMAGE_PULL_FAILED);
        assertThat(report.exit().detail()).contains("registry.example: refused");
    }

    @Test
    void givenABinaryResultOfAMebibyte_whenRun_thenItsChunksEqualItByteForByte() throws Exception {
        var ended = run(Specs.limits("binary", 30, 1024, 1), "1048576");

        var expected = new byte[1 << 20];
        new Random(7).nextBytes(expected);
        assertThat(ended.report().output().result()).isNull();
        assertThat(ended.report().output().resultTruncated()).isFalse();
        assertThat(ended.report().output().resultBytes()).isEqualTo(1 << 20);
        assertThat(platform.output(ended.id(), ended.runId(), Source.STDOUT)).isEqualTo(expected);
    }

    @Test
    void givenOneByteTooMuch_whenRun_thenTheResultIsCutAtItsLimitAndSaysSo() throws Exception {
        var ended = run(Specs.limits("binary", 30, 100, 1), "102401");

        assertThat(ended.report().status()).isEqualTo(Status.SUCCEEDED);
        assertThat(ended.report().output().resultTruncated()).isTrue();
        assertThat(ended.report().output().resultBytes()).isEqualTo(102_400);
        assertThat(platform.output(ended.id(), ended.runId(), Source.STDOUT)).hasSize(102_400);
    }

    @Test
    void givenACommand_whenRun_thenItsEnvironmentNamesActivationAndAttempt() throws Exception {
        var ended = run(Specs.of("environment"), "");

        assertThat(ended.report().output().result()).isEqualTo(ended.id() + " 1");
    }
}
