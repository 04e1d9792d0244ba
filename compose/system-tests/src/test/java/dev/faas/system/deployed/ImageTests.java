package dev.faas.system.deployed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the users, health checks, labels, layers and JVM options of the four images. */
abstract class ImageTests {
    private static final long MEGABYTE = 1_000_000;

    @ParameterizedTest
    @CsvSource({
        "api-gateway,10001:10001",
        "auth-service,10002:10002",
        "registry-service,10003:10003",
        "spawner-service,''"
    })
    void itHasItsUserItsHealthCheckAndItsLabels(String image, String user, Nodes nodes) throws Exception {
        assertThat(inspect(nodes, image, "{{.Config.User}}")).isEqualTo(user);
        assertThat(inspect(nodes, image, "{{json .Config.Healthcheck.Test}}"))
                .isEqualTo("[\"CMD\",\"bash\",\"/app/image/health\"]");
        assertThat(inspect(nodes, image, "{{index .Config.Labels \"org.opencontainers.image.title\"}}"))
                .isEqualTo(image);
        for (var label : List.of("description", "licenses")) {
            assertThat(inspect(nodes, image, "{{index .Config.Labels \"org.opencontainers.image." + label + "\"}}"))
                    .isNotBlank();
        }
    }

    /** A new version of ours, with the same libraries, shares all that is large with the one before, but for the cache. */
    @ParameterizedTest
    @ValueSource(strings = {"api-gateway", "auth-service", "registry-service", "spawner-service"})
    void itsLibrariesAreALayerApartFromWhatIsOurs(String image, Nodes nodes) throws Exception {
        var layers = nodes.on(1)
                .lines(
                        Nodes.SHORT,
                        "docker history --no-trunc --human=false --format '{{.Size}} {{.CreatedBy}}' " + image
                                + ":latest");
        var libraries = size(layers, " lib/");
        var shared = size(layers, " own/");
        var service = size(layers, " service.jar");
        var cache = size(layers, "image/train");
        System.out.printf(
                "%s: libraries %d kB, shared %d kB, service %d kB, AOT cache %d kB%n",
                image, libraries / 1000, shared / 1000, service / 1000, cache / 1000);
        assertThat(libraries).isGreaterThan(5 * MEGABYTE);
        assertThat(shared).isBetween(1L, 2 * MEGABYTE);
        assertThat(service).isBetween(1L, 2 * MEGABYTE);
        assertThat(cache).isGreaterThan(MEGABYTE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"api-gateway", "auth-service", "registry-service", "spawner-service"})
    void itsJvmFitsTheContainerAndUsesTheCache(String image, Nodes nodes) throws Exception {
        var java = "docker run --rm --network none --read-only --memory 256m --entrypoint java " + image
                + ":latest @/app/image/jvm.options ";
        var flags = nodes.on(1).line(Nodes.SHORT, java + "-XX:+PrintFlagsFinal -version 2>/dev/null");
        assertThat(flag(flags, "MaxHeapSize")).isBetween(150L << 20, 160L << 20);
        assertThat(flags).containsPattern("ExitOnOutOfMemoryError += true");
        // With this mode a cache that does not fit is an error.
        assertThat(nodes.on(1).line(Nodes.SHORT, java + "-XX:AOTMode=on -jar /app/service.jar --help"))
                .contains("FAAS_NATS_URL");
    }

    private static String inspect(Nodes nodes, String image, String format) throws Exception {
        return nodes.on(1).run(Nodes.SHORT, "docker", "image", "inspect", "--format", format, image + ":latest");
    }

    private static long size(List<String> layers, String what) {
        var line = layers.stream().filter(layer -> layer.contains(what)).findFirst();
        assertThat(line).as(what + " in " + layers).isPresent();
        return Long.parseLong(line.orElseThrow().split(" ", 2)[0]);
    }

    private static long flag(String flags, String name) {
        var line = flags.lines()
                .filter(each -> each.contains(" " + name + " "))
                .findFirst()
                .orElseThrow();
        return Long.parseLong(line.replaceAll(".*= +(\\d+) .*", "$1"));
    }
}
