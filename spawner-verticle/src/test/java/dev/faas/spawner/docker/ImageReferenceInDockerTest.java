package dev.faas.spawner.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import dev.faas.wire.ImageReference;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our reading of image references beside the Docker daemon's own: an image gets a name and is looked for. */
final class ImageReferenceInDockerTest {

    private static final String TAG = "t" + UUID.randomUUID();

    @AutoClose
    private static TestImages images;

    private static String id;

    @BeforeAll
    static void load() {
        images = new TestImages(TestImages.dockerHost());
        id = idOf(images.load(BusyboxImage.bare()));
    }

    private static String idOf(String reference) {
        return images.docker().inspectImageCmd(reference).exec().getId();
    }

    private static List<String> names() {
        return images.docker().inspectImageCmd(id).exec().getRepoTags();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "busybox",
                "library/busybox",
                "docker.io/busybox",
                "index.docker.io/library/busybox",
                "ada/resize",
                "docker.io/ada/resize",
                "library/evil.example/x",
                "docker.io/library/evil.example/x",
                "library/library/x",
                "docker.io/library",
                "docker.io",
                "localhost",
                "docker.io:443/x",
                "localhost/library/a",
                "127.0.0.1:5000/a/b",
                "[::1]:5000/a",
                "a__b/c.d/e---f"
            })
    void givenAName_whenDockerTakesIt_thenItListsTheNormalForm(String name) throws IOException {
        var normal = ImageReference.parse(name + ":" + TAG).orElseThrow().toString();
        images.docker().tagImageCmd(id, name, TAG).exec();
        try {
            assertThat(names()).contains(normal);
            assertThat(idOf(normal)).isEqualTo(id);
        } finally {
            DockerCli.output("rmi", name + ":" + TAG); // docker-java cannot remove one of an IPv6 host
        }
    }

    /**
     * Docker keeps such an image under the name of the other registry: that is not the normal form, which finds it too.
     */
    @Test
    void givenADockerHubPathThatBeginsLikeAHost_whenDockerTakesIt_thenTheNormalFormKeepsTheHost() throws IOException {
        var name = "docker.io/evil.example/x";
        var normal = ImageReference.parse(name + ":" + TAG).orElseThrow().toString();
        images.docker().tagImageCmd(id, name, TAG).exec();
        try {
            assertThat(names()).contains("evil.example/x:" + TAG);
            assertThat(normal).startsWith("docker.io/");
            assertThat(idOf(normal)).isEqualTo(id);
        } finally {
            DockerCli.output("rmi", "evil.example/x:" + TAG);
        }
    }

    /** Docker finds an image by the beginning of its id where no image has that name. */
    @Test
    void givenANameThatIsTheBeginningOfAnId_whenNormalised_thenDockerDoesNotTakeItForTheImage() {
        var beginning = id.substring(0, "sha256:".length() + 12);
        assertThat(idOf(beginning)).isEqualTo(id);

        var normal = ImageReference.parse(beginning).orElseThrow().toString();
        assertThatThrownBy(() -> idOf(normal)).isInstanceOf(NotFoundException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Busybox", "a/Busybox", "a//b", "a___b", "a..b", "-a", "registry.example:port/a", "a b"})
    void givenANameThatWeRefuse_whenDockerIsGivenIt_thenItRefusesItToo(String name) {
        assertThat(ImageReference.parse(name)).isEmpty();
        assertThatThrownBy(() -> images.docker().tagImageCmd(id, name, TAG).exec())
                .isInstanceOf(DockerException.class);
    }
}
