package dev.faas.spawner.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.spawner.engine.SandboxSpec.Network;
import dev.faas.testing.Records;
import dev.faas.wire.FunctionSpec.Mode;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Gives each test an engine and the contract's images, and checks that no container is left. */
public abstract class EngineFixture {

    public static final Duration LONG = Duration.ofMinutes(5);
    public static final Duration GRACE = Duration.ofSeconds(1);

    /** Images that each implementation must provide. */
    protected enum Program {
        /** Writes its argument to stdout. */
        ECHO,
        /** Exits with the number in its argument. */
        EXIT,
        /** Writes "to stdout" to stdout, and to stderr "to " and its argument. */
        BOTH,
        /** Writes {@link #BINARY} to stdout. */
        BINARY,
        /** Writes the environment variable named by its argument. */
        ENV,
        /** Writes "started", runs until SIGTERM, which it does not handle. */
        HANG,
        /** Writes "started" and runs on in spite of SIGTERM. */
        STUBBORN,
        /** Writes "started"; on SIGTERM writes "bye" and exits 0. */
        POLITE,
        /** Uses all memory it can get. */
        HOG,
        /** Ends by SIGSEGV. */
        SEGFAULT,
        /** Its entrypoint does not exist. */
        MISSING,
        /** Its entrypoint may not be executed. */
        NOT_EXECUTABLE
    }

    protected static final byte[] BINARY = new byte[1024 * 1024];

    static {
        new Random(42).nextBytes(BINARY);
        BINARY[BINARY.length - 1] = 'x';
    }

    ContainerEngine engine;

    protected abstract ContainerEngine engine() throws Exception;

    protected abstract String image(Program program);

    protected abstract String missingImage();

    protected abstract String unreachableImage();

    @BeforeEach
    void open() throws Exception {
        engine = engine();
    }

    @AfterEach
    void nothingIsLeftBehind() throws Exception {
        try (var last = engine) {
            assertThat(last.listContainers()).isEmpty();
        }
    }

    SandboxSpec spec(Program program) {
        return spec(image(program));
    }

    SandboxSpec spec(Program program, Map<String, String> env) {
        var image = image(program);
        return Records.with(spec(image), "program", new SandboxSpec.Program(image, null, null, env));
    }

    public static SandboxSpec spec(String image) {
        return new SandboxSpec(
                revision(image),
                new SandboxSpec.Program(image, null, null, Map.of()),
                new SandboxSpec.Limits(32, 1.0, 64),
                Network.NONE,
                false,
                Mode.ISOLATED);
    }

    /** One for each image, because a revision is pinned to its first image. */
    public static String revision(String image) {
        return "fn_" + UUID.nameUUIDFromBytes(image.getBytes(UTF_8)) + "@1";
    }

    public static RunRequest request(String argument, Duration timeout) {
        return new RunRequest("a1", argument, Map.of(), timeout, GRACE, LONG);
    }

    Outcome run(Program program, String argument, RecordedOutput output) throws Exception {
        return run(program, argument, output, LONG);
    }

    Outcome run(Program program, String argument, RecordedOutput output, Duration timeout) throws Exception {
        try (var sandbox = engine.boot(spec(program))) {
            return sandbox.run(request(argument, timeout), output);
        }
    }
}
