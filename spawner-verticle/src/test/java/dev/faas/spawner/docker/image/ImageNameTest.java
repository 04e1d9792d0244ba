package dev.faas.spawner.docker.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ImageNameTest {

    @ParameterizedTest
    @CsvSource({
        "a,                             a:latest",
        "a:1,                           a:1",
        "host:5000/a,                   host:5000/a:latest",
        "host:5000/b/a:1,               host:5000/b/a:1",
        "a@sha256:00,                   a@sha256:00",
        "host:5000/a:1@sha256:00,       host:5000/a@sha256:00",
        "docker.io/library/a:1,         a:1",
        "docker.io/b/a,                 b/a:latest",
        "index.docker.io/library/a,     a:latest",
        "library/a,                     a:latest",
        "localhost/library/a,           localhost/library/a:latest"
    })
    void givenAReference_whenPulled_thenItHasATagOrADigest_andTheNameThatDockerListsItUnder(
            String reference, String name) {
        assertThat(ImageName.of(reference)).hasToString(name);
        assertThat(ImageName.of(name)).isEqualTo(ImageName.of(reference));
    }

    @ParameterizedTest
    @CsvSource({
        "a:1,                 docker.io",
        "b/a,                 docker.io",
        "docker.io/b/a,       docker.io",
        "localhost/a,         localhost",
        "Host/a,              Host",
        "host:5000/a:1,       host:5000",
        "a.example/b@sha256:00, a.example"
    })
    void givenAReference_whenPulled_thenItsRegistryIsKnown(String reference, String registry) {
        assertThat(ImageName.of(reference).registry()).isEqualTo(registry);
    }

    @Test
    void givenDigestsOfSeveralRepositories_whenAsked_thenTheReferencesOwnIsTaken() {
        var digests = List.of("other@sha256:11", "host:5000/a@sha256:22");

        assertThat(ImageStore.digest(ImageName.of("host:5000/a:1"), digests)).contains("sha256:22");
        assertThat(ImageStore.digest(ImageName.of("a:1"), digests)).contains("sha256:11");
        assertThat(ImageStore.digest(ImageName.of("a@sha256:33"), digests)).contains("sha256:33");
        assertThat(ImageStore.digest(ImageName.of("a"), null)).isEqualTo(Optional.empty());
    }

    @Test
    void givenDigestsOfOtherRepositoriesOnly_whenOthersAreToHaveItToo_thenThereIsNone() {
        var name = ImageName.of("docker.io/library/a:1");

        assertThat(name.digestAmong(List.of("other@sha256:11"))).isEmpty();
        assertThat(name.digestAmong(List.of("other@sha256:11", "a@sha256:22"))).contains("sha256:22");
    }
}
