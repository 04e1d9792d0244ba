package dev.faas.registry.function;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.FunctionSpec.Mode;
import dev.faas.wire.Problem;
import dev.faas.wire.ProblemException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FunctionBodyTest {
    private final FunctionBody bodies = new FunctionBody(Duration.ofDays(30), Mode.ISOLATED, FunctionRules.OPEN);

    @Test
    void givenNameAndImageWhenReadThenTheRestIsTheDefaults() {
        assertThat(bodies.read(json("{'name': 'resize', 'image': 'a.example/resize:1.4'}")))
                .isEqualTo(FunctionSpec.of("resize", "a.example/resize:1.4"));
    }

    @Test
    void givenWhatTheServerShowsWhenReadBackThenItIsTheSame() {
        var spec = bodies.read(json("""
                {'name': 'all', 'image': 'a:1', 'description': 'd', 'entrypoint': ['/bin/sh', '-c'], 'command': [],
                 'env': {'A': '1', '_b2': ''}, 'labels': {'team/x': 'y'}, 'network': 'outbound',
                 'limits': {'memoryMb': 65536, 'cpus': 0.5, 'pids': 32768, 'timeoutSeconds': 86400, 'resultKb': 16384,
                            'logKb': 1}, 'concurrency': 1000, 'readOnlyRoot': true,
                 'queue': {'maxPending': 10, 'ttlSeconds': 60}, 'delivery': 'at-most-once', 'argumentAs': 'none',
                 'destinations': {'onSuccess': ['erp'], 'onEnd': ['dst_06b7gd98g07rk4q3v8x2m5n9ta']},
                 'idleTtlSeconds': 2592000, 'secrets': ['db', 'DB_PASSWORD=db', 'other@3'],
                 'retry': {'maxAttempts': 10, 'backoffSeconds': 0, 'on': ['timed_out']}}"""));
        var now = Instant.now();
        var shown = FunctionView.of(new FunctionRevision(
                "fn_0000000000000000000000000a", "usr_0000000000000000000000000a", 7, null, now, now, spec));

        assertThat(bodies.read(shown, "all")).isEqualTo(spec);
        assertThat(shown.path("command").isArray()).isTrue();
        assertThat(shown.has("imageDigest")).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            name              | 'Resize'
            name              | 'a-'
            name              | ''
            name              | 5
            image             | 'Not An Image'
            image             | ''
            image             | null
            description       | ['x']
            entrypoint        | []
            entrypoint        | ['']
            entrypoint        | 'sh'
            entrypoint[1]     | ['a', 1]
            command           | {}
            env.1A            | {'1A': 'x'}
            env.A             | {'A': 1}
            env.A             | {'A': 'nul \\u0000'}
            env               | ['A=1']
            labels.-a         | {'-a': 'x'}
            labels.a          | {'a': null}
            network           | 'host'
            mode              | 'fast'
            delivery          | 'exactly-once'
            limits            | 5
            limits.memoryMb   | {'memoryMb': 7}
            limits.memoryMb   | {'memoryMb': 65537}
            limits.memoryMb   | {'memoryMb': 128.5}
            limits.memoryMb   | {'memoryMb': '128'}
            limits.cpus       | {'cpus': 0}
            limits.cpus       | {'cpus': 129}
            limits.pids       | {'pids': 1}
            limits.timeoutSeconds | {'timeoutSeconds': 0}
            limits.timeoutSeconds | {'timeoutSeconds': 86401}
            limits.resultKb   | {'resultKb': 16385}
            limits.logKb      | {'logKb': 0}
            limits.gpus       | {'gpus': 1}
            concurrency       | 0
            concurrency       | 1001
            queue.maxPending  | {'maxPending': 0}
            queue.ttlSeconds  | {'ttlSeconds': 604801}
            retry.maxAttempts | {'maxAttempts': 11}
            retry.backoffSeconds | {'backoffSeconds': 3601}
            retry.backoffSeconds | {'backoffSeconds': -1}
            retry.on[0]       | {'on': ['signal']}
            retry.on          | {'on': ['exit_code', 'exit_code']}
            readOnlyRoot      | 'yes'
            secrets           | 'db'
            secrets           | {}
            secrets[0]        | [1]
            secrets[1]        | ['db', 'd.b']
            secrets[0]        | ['1A=db']
            secrets[0]        | ['db@0']
            secrets[1]        | ['db', 'db@2']
            secrets[1]        | ['A=db', 'A=other']
            prewarm.min       | {'min': -1}
            argumentAs        | 'first'
            argumentAs        | true
            idleTtlSeconds    | 59
            idleTtlSeconds    | 2592001
            idleTtlSeconds    | '60'
            destinations      | 'erp'
            destinations.onEnd[0] | {'onEnd': ['../x']}
            surprise          | 1
            """)
    void givenAFieldThatBreaksItsRuleWhenReadThenTheProblemNamesIt(String path, String value) {
        var body = json("{'name': 'resize', 'image': 'a:1'}");
        body.set(
                path.split("[.\\[]")[0], Codec.readTree(value.replace('\'', '"').getBytes(StandardCharsets.UTF_8)));

        assertThat(problem(body).errors()).extracting(Problem.FieldError::field).containsExactly(path);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            mode                 | 'server'
            argumentAs           | 'stdin'
            """)
    void givenWhatIsNotBuiltYetWhenReadThenItIsRefusedSayingSo(String path, String value) {
        var body = json("{'name': 'resize', 'image': 'a:1'}");
        body.set(path.split("\\.")[0], Codec.readTree(value.replace('\'', '"').getBytes(StandardCharsets.UTF_8)));

        assertThat(problem(body).errors()).singleElement().satisfies(error -> {
            assertThat(error.field()).isEqualTo(path);
            assertThat(error.message()).contains("is not available yet");
        });
    }

    @Test
    void givenACommandThatIsTooLongInTotalWhenReadThenTheProblemNamesTheLimit() {
        var word = "x".repeat(4_096);
        var body = json("{'name': 'resize', 'image': 'a:1'}");
        for (int i = 0; i < 31; i++) {
            body.withArray("command").add(word);
        }
        assertThat(bodies.read(body).command()).hasSize(31);

        body.withArray("command").add(word);

        assertThat(problem(body).errors()).singleElement().satisfies(error -> {
            assertThat(error.field()).isEqualTo("command");
            assertThat(error.message()).contains("131072 bytes");
        });
    }

    @Test
    void givenTheDefaultsSpeltOutWhenReadThenTheyAreTaken() {
        assertThat(bodies.read(json("""
                {'name': 'resize', 'image': 'a:1', 'secrets': [], 'mode': 'isolated', 'delivery': 'at-least-once',
                 'queue': {'maxPending': 100000, 'ttlSeconds': 86400}, 'prewarm': {'min': 0},
                 'argumentAs': 'last', 'idleTtlSeconds': null, 'destinations': {'onEnd': []},
                 'retry': {'maxAttempts': 1, 'backoffSeconds': 1, 'on': ['out_of_memory', 'exit_code', 'timed_out']}}"""))).isEqualTo(FunctionSpec.of("resize", "a:1"));
    }

    @Test
    void givenAModeOrNoneWhenReadThenItOrTheDefaultIsTaken() {
        for (var mode : List.of("isolated", "nested", "reused")) {
            assertThat(bodies.read(json("{'name': 'resize', 'image': 'a:1', 'mode': '%s'}".formatted(mode)))
                            .mode())
                    .isEqualTo(Mode.valueOf(mode.toUpperCase(Locale.ROOT)));
        }
        var nestedByDefault = new FunctionBody(Duration.ofDays(30), Mode.NESTED, FunctionRules.OPEN);
        assertThat(nestedByDefault
                        .read(json("{'name': 'resize', 'image': 'a:1'}"))
                        .mode())
                .isEqualTo(Mode.NESTED);
    }

    @Test
    void givenPrewarmWhenReadThenItIsTaken() {
        assertThat(bodies.read(json("{'name': 'resize', 'image': 'a:1', 'prewarm': {'min': 3}}"))
                        .prewarm()
                        .min())
                .isEqualTo(3);
    }

    @Test
    void givenManyFaultsWhenReadThenAllAreNamedAtOnce() {
        var problem = problem(json("{'name': 'X', 'limits': {'memoryMb': 1, 'x': 2}, 'mode': 'server', 'y': 3}"));

        assertThat(problem.status()).isEqualTo(400);
        assertThat(problem.code()).isEqualTo("invalid_request");
        assertThat(problem.errors())
                .extracting(Problem.FieldError::field)
                .containsExactlyInAnyOrder("name", "image", "limits.memoryMb", "limits.x", "mode", "y");
    }

    @Test
    void givenAVariableThatIsSetAlreadyWhenASecretIsReadThenTheProblemNamesIt() {
        var problem = problem(json("{'name': 'x', 'image': 'a:1', 'env': {'A': '1'}, 'secrets': ['db', 'A=db']}"));

        assertThat(problem.errors()).singleElement().satisfies(error -> {
            assertThat(error.field()).isEqualTo("secrets[1]");
            assertThat(error.message()).isEqualTo("sets A, which is set already");
        });
    }

    @Test
    void givenFieldsAtAndAboveTheirMaximumWhenReadThenTheMaximumHolds() {
        assertThat(fields("secrets", secrets(16))).isEmpty();
        assertThat(fields("secrets", secrets(17))).containsExactly("secrets");
        assertThat(fields("env", object(65, "x"))).containsExactly("env");
        assertThat(fields("env", "{\"A\": \"" + "x".repeat(32_765) + "\"}")).isEmpty();
        assertThat(fields("env", "{\"A\": \"" + "x".repeat(32_766) + "\"}")).containsExactly("env");
        assertThat(fields("env", "{\"A\": \"" + "é".repeat(16_383) + "\"}")).containsExactly("env");
        assertThat(fields("labels", object(16, "x"))).isEmpty();
        assertThat(fields("labels", object(17, "x"))).containsExactly("labels");
        assertThat(fields("labels", object(1, "x".repeat(257)))).containsExactly("labels.K0");
        assertThat(fields("description", "\"" + "é".repeat(1_000) + "\"")).isEmpty();
        assertThat(fields("description", "\"" + "é".repeat(1_001) + "\"")).containsExactly("description");
        assertThat(fields("name", "\"" + "a".repeat(63) + "\"")).isEmpty();
        assertThat(fields("name", "\"" + "a".repeat(64) + "\"")).containsExactly("name");
        assertThat(fields("retry", "{\"on\": [\"always\"]}")).contains("retry.on[0]");
        assertThat(fields("image", "\"" + "a/".repeat(256) + "a\"")).containsExactly("image");
    }

    @Test
    void givenAFunctionWhoseActivationsOutliveTheEventStreamWhenReadThenItIsRefused() {
        var shortLived = new FunctionBody(Duration.ofDays(2), Mode.ISOLATED, FunctionRules.OPEN);

        assertThat(shortLived.read(json("{'name': 'a', 'image': 'a'}")).name()).isEqualTo("a");
        // A day in the queue, ten runs of an hour, and waits of 1, 2, 4 … seconds up to an hour between them.
        var patient = json("{'name': 'a', 'image': 'a', 'retry': {'maxAttempts': 10, 'backoffSeconds': 1},"
                + " 'limits': {'timeoutSeconds': 3600}}");
        assertThat(shortLived.read(patient).retry().maxAttempts()).isEqualTo(10);
        var tooPatient = json("{'name': 'a', 'image': 'a', 'retry': {'maxAttempts': 10, 'backoffSeconds': 3600},"
                + " 'limits': {'timeoutSeconds': 7200}}");
        assertThat(catchThrowableOfType(ProblemException.class, () -> shortLived.read(tooPatient)))
                .isNotNull();
        var problem = catchThrowableOfType(
                        ProblemException.class,
                        () -> shortLived.read(json("{'name': 'a', 'image': 'a', 'limits': {'timeoutSeconds': 86400}}")))
                .problem();
        assertThat(problem.errors()).extracting(Problem.FieldError::field).containsExactly("limits.timeoutSeconds");
    }

    @Test
    void givenAnotherNameWhenTheNextRevisionIsReadThenItIsRefused() {
        var problem = catchThrowableOfType(
                        ProblemException.class, () -> bodies.read(json("{'name': 'b', 'image': 'a'}"), "a"))
                .problem();

        assertThat(problem.errors()).extracting(Problem.FieldError::field).containsExactly("name");
    }

    private List<String> fields(String name, String value) {
        var body = json("{'name': 'resize', 'image': 'a:1'}");
        body.set(name, Codec.readTree(value.getBytes(StandardCharsets.UTF_8)));
        var refused = catchThrowableOfType(ProblemException.class, () -> bodies.read(body));
        return refused == null
                ? List.of()
                : refused.problem().errors().stream()
                        .map(Problem.FieldError::field)
                        .toList();
    }

    private Problem problem(ObjectNode body) {
        return catchThrowableOfType(ProblemException.class, () -> bodies.read(body))
                .problem();
    }

    private static String object(int entries, String value) {
        return IntStream.range(0, entries)
                .mapToObj(i -> "\"K" + i + "\": \"" + value + "\"")
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static String secrets(int count) {
        return IntStream.range(0, count).mapToObj(i -> "\"s" + i + "\"").collect(Collectors.joining(",", "[", "]"));
    }

    private static ObjectNode json(String text) {
        return (ObjectNode) Codec.readTree(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }
}
