package dev.faas.spawner.docker;

import dev.faas.spawner.engine.ContainerEngine;
import dev.faas.spawner.engine.ContainerEngineContract;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** The contract of a container engine, with the real Docker daemon. */
@Tag("docker")
final class DockerEngineTest extends ContainerEngineContract {

    private static final Map<Program, String> IMAGES = new EnumMap<>(Program.class);

    @AutoClose
    private static TestImages images;

    @AutoClose
    private static TestRegistry registry;

    @BeforeAll
    static void load(@TempDir Path directory) throws IOException {
        registry = TestRegistry.start(directory);
        images = new TestImages(TestImages.dockerHost());
        for (var program : Program.values()) {
            IMAGES.put(program, images.load(busybox(program)));
        }
    }

    @Override
    protected ContainerEngine engine() throws Exception {
        return TestEngines.open(TestEngines.config());
    }

    @Override
    protected String image(Program program) {
        return IMAGES.get(program);
    }

    @Override
    protected String missingImage() {
        return registry.reference("faas-test/nowhere:1");
    }

    @Override
    protected String unreachableImage() {
        return "127.0.0.1:1/faas-test/unreachable:1";
    }

    private static BusyboxImage busybox(Program program) {
        return switch (program) {
            case ECHO -> BusyboxImage.running("/bin/printf", "%s");
            case EXIT -> script("exit $1");
            case BOTH -> script("printf 'to stdout'; printf 'to %s' \"$1\" >&2");
            case BINARY -> script("cat /data").withFile("/data", 0644, BINARY);
            case ENV -> script("eval printf %s \\\"\\$$1\\\"");
            case HANG -> script("printf started; exec sleep 600");
            case STUBBORN -> script("trap '' TERM; printf started; exec sleep 600");
            case POLITE -> script("trap 'printf bye; exit 0' TERM; printf started; while :; do sleep 0.1; done");
            case HOG -> script("exec tail /dev/zero");
            case SEGFAULT -> script("kill -SEGV $$");
            case MISSING -> BusyboxImage.running("/opt/function");
            case NOT_EXECUTABLE ->
                BusyboxImage.running("/opt/function").withFile("/opt/function", 0644, new byte[] {1});
        };
    }

    private static BusyboxImage script(String script) {
        return BusyboxImage.running("/bin/sh", "-c", script, "function");
    }
}
