package dev.faas.spawner;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationRecord.Ended;
import dev.faas.activation.OutputChunk.Source;
import dev.faas.activation.Reason;
import dev.faas.activation.Status;
import dev.faas.seal.SecretId;
import dev.faas.spawner.engine.FakeProcess;
import dev.faas.spawner.engine.FakeProgram;
import dev.faas.spawner.engine.SecretValues;
import dev.faas.spawner.engine.Termination;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionSpec.Mode;
import dev.faas.wire.Ids;
import dev.faas.wire.SealedSecret;
import dev.faas.wire.SecretRef;
import dev.faas.wire.Subjects;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which secrets a run gets, and what is stored of it. */
final class SecretRunsTest {
    private static final byte[] VALUE = "hunter2-correct-horse".getBytes(UTF_8);

    private static Platform platform;

    private String owner;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        platform = Platform.start(directory);
        platform.images.put("show", process -> {
            process.stdout(show(process));
            return 0;
        });
        platform.images.put("log", process -> {
            process.stdout("result hunter2-correct-horse");
            process.stderr("begin hunter2-");
            process.stderr("correct-horse end");
            return 0;
        });
        platform.images.put("dies", process -> {
            throw new FakeProgram.Died(new Termination.StartFailed("cannot execute hunter2-correct-horse: gone"));
        });
        platform.spawner(4);
    }

    private static String show(FakeProcess process) {
        return Stream.of(process.secrets().variables(), process.secrets().files())
                .flatMap(each -> each.entrySet().stream())
                .map(each -> each.getKey() + "=" + new String(each.getValue(), UTF_8))
                .collect(Collectors.joining(" "));
    }

    @AfterAll
    static void stop() throws Exception {
        platform.close();
    }

    @BeforeEach
    void newOwner() {
        owner = Ids.user(Instant.now());
    }

    private void store(String name, int version, String value, boolean isNewest) throws Exception {
        platform.storeSecret(new SecretId(owner, name, version), value.getBytes(UTF_8), isNewest);
    }

    private Ended run(String program, String... secrets) throws Exception {
        var function = platform.function(owner, Specs.secrets(program, Mode.ISOLATED, List.of(secrets)));
        return platform.ended(platform.submit(function, ""));
    }

    private void assertNotStarted(Ended ended, String detail) {
        assertThat(ended.report().reason()).isEqualTo(Reason.START_FAILED);
        assertThat(ended.report().exit().detail()).contains(detail);
        assertThat(ended.report().usage().startedAt()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "db,        db=third",
        "A=db,      A=third",
        "A=db@1,    A=first",
        "db@3,      db=third",
        "db@2,      db=second"
    })
    void givenVersions_whenAFunctionNamesOneOrTheNewest_thenItsRunGetsIt(String secret, String expected)
            throws Exception {
        store("db", 1, "first", false);
        store("db", 2, "second", false);
        store("db", 3, "third", true);

        assertThat(run("show", secret).report().output().result()).isEqualTo(expected);
    }

    @Test
    void givenAFunctionInUse_whenItsSecretHasANewVersion_thenTheNextRunGetsThat() throws Exception {
        var function = platform.function(owner, Specs.secrets("show", Mode.ISOLATED, List.of("db")));
        for (var value : List.of("old", "new")) {
            store("db", value.equals("old") ? 1 : 2, value, true);

            var ended = platform.ended(platform.submit(function, ""));

            assertThat(ended.report().output().result()).isEqualTo("db=" + value);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gone", "A=gone", "db@7", "A=db@7"})
    void givenASecretThatIsGone_whenARunNeedsIt_thenItDoesNotStart_andNamesIt(String secret) throws Exception {
        store("db", 8, "x", true);

        assertNotStarted(run("show", "db", secret), "The secret '" + secret + "' is not stored any more.");
    }

    @Test
    void givenAValueThatNoVariableHolds_whenARunNeedsIt_thenItDoesNotStart_butAsAFileItDoes() throws Exception {
        store("raw", 1, "a\0b", true);

        assertNotStarted(run("show", "A=raw"), "The secret 'A=raw' has a NUL");
        assertThat(run("show", "raw").report().output().result()).isEqualTo("raw=a\0b");
    }

    @Test
    void givenValuesThatHaveGrown_whenARunNeedsThem_thenItDoesNotStart() throws Exception {
        store("large", 1, "x".repeat(SecretRef.MAX_TOTAL_BYTES / 4), true);
        var secrets = Stream.of("large", "A=large", "B=large", "C=large").toArray(String[]::new);
        assertThat(run("show", secrets).report().status()).isEqualTo(Status.SUCCEEDED);

        store("large", 2, "x".repeat(SecretRef.MAX_TOTAL_BYTES / 4 + 1), true);

        assertNotStarted(run("show", secrets), "more than 262144");
    }

    /** A thief of the registry's credential can write to the bucket; what it puts elsewhere is of no use. */
    @ParameterizedTest
    @CsvSource({"other, 1, true", "db, 2, true", "db, 2, false", "db, 1, false"})
    void givenACiphertextThatWasMoved_whenARunNeedsIt_thenItDoesNotOpen(String name, int version, boolean isNewest)
            throws Exception {
        var victim = Ids.user(Instant.now());
        var moved = Platform.seal(new SecretId(name.equals("other") ? owner : victim, "db", 1), VALUE);
        if (!isNewest) {
            store("db", 9, "x", true);
        }
        var key = isNewest ? SealedSecret.key(owner, name) : SealedSecret.key(owner, name, version);
        Platform.get(platform.nats
                .kv(Subjects.SECRETS)
                .put(key, Codec.encode(new SealedSecret(version, moved.sealKey(), moved.sealed()))));
        var secret = isNewest ? name : name + "@" + version;

        assertNotStarted(run("show", secret), "The secret '" + secret + "' cannot be opened");
    }

    /** Of the same owner and name, as another version. */
    @Test
    void givenAnOldCiphertextAsTheNewestVersion_whenARunNeedsIt_thenItDoesNotOpen() throws Exception {
        var old = Platform.seal(new SecretId(owner, "db", 1), VALUE);
        Platform.get(platform.nats
                .kv(Subjects.SECRETS)
                .put(SealedSecret.key(owner, "db"), Codec.encode(new SealedSecret(2, old.sealKey(), old.sealed()))));

        assertNotStarted(run("show", "db"), "The secret 'db' cannot be opened");
    }

    @Test
    void givenASecretInAllOutput_whenItsRunEnds_thenLogAndDetailHaveStars_andTheResultIsAsWritten() throws Exception {
        platform.storeSecret(new SecretId(owner, "db", 1), VALUE, true);

        var logged = run("log", "A=db");
        var failed = run("dies", "db");

        assertThat(platform.output(logged.id(), logged.runId(), Source.STDERR))
                .asString(UTF_8)
                .isEqualTo("begin *** end");
        assertThat(logged.report().output().result()).isEqualTo("result hunter2-correct-horse");
        assertThat(failed.report().exit().detail()).isEqualTo("cannot execute ***: gone");
    }

    @Test
    void givenARunWithSecrets_whenWrittenAsText_thenOnlyTheirNamesAreThere() {
        var values = new SecretValues(Map.of("A", VALUE), Map.of("db", VALUE));

        assertThat(values.toString()).isEqualTo("SecretValues[variables=[A], files=[db]]");
    }
}
