package dev.faas.spawner.docker.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.wire.ImageReference;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which of the digests that Docker lists for an image belongs to a reference. */
final class ImageStoreTest {

    private static ImageReference reference(String text) {
        return ImageReference.parse(text).orElseThrow();
    }

    private static String digest(char digit) {
        return "sha256:" + String.valueOf(digit).repeat(64);
    }

    @Test
    void givenDigestsOfSeveralRepositories_whenRead_thenTheReferencesOwnIsTakenElseAny() {
        var listed = List.of("other@" + digest('1'), "host:5000/a@" + digest('2'));

        assertThat(ImageStore.digest(reference("host:5000/a:1"), listed)).contains(digest('2'));
        assertThat(ImageStore.digest(reference("a:1"), listed)).contains(digest('1'));
        assertThat(ImageStore.digest(reference("a@" + digest('3')), listed)).contains(digest('3'));
        assertThat(ImageStore.digest(reference("a"), null)).isEmpty();
    }

    @Test
    void givenDigestsOfOtherRepositoriesOnly_whenOtherHostsArePullingIt_thenThereIsNone() {
        var name = reference("docker.io/library/a:1");

        assertThat(ImageStore.digestIn(name, List.of("other@" + digest('1')))).isEmpty();
        assertThat(ImageStore.digestIn(name, List.of("other@" + digest('1'), "a@" + digest('2'))))
                .contains(digest('2'));
    }
}
