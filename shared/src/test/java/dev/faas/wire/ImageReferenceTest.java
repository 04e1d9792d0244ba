package dev.faas.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageReferenceTest {
    private static final String DIGEST = "sha256:" + "0123456789abcdef".repeat(4);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "busybox",
                "busybox:1.36",
                "library/busybox",
                "registry.example/path/name:tag",
                "localhost:5000/a/b",
                "127.0.0.1:5000/a:b",
                "[::1]:5000/a",
                "Registry.Example/a",
                "a__b/c.d/e---f:_x",
                "a_b",
                "UPPER/lower"
            })
    void givenWhatDockerPullsWhenParsedThenItIsTaken(String text) {
        assertThat(ImageReference.parse(text)).isPresent();
        assertThat(ImageReference.parse(text + "@" + DIGEST))
                .hasValueSatisfying(image -> assertThat(image.digest()).isEqualTo(DIGEST));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "busybox ",
                " busybox",
                "busy box",
                "busybox\n",
                "Busybox",
                "a/Busybox",
                "http://busybox",
                "https://registry.example/a",
                "docker://a",
                "a//b",
                "/a",
                "a/",
                "a:",
                ":tag",
                "a:b:c",
                "a:-b",
                "a@",
                "a@sha256:abc",
                "a@md5:0123456789abcdef0123456789abcdef",
                "a@sha256:0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef",
                "-a",
                "a-",
                "a___b",
                "a..b",
                "a._b",
                "../etc",
                "registry.example:port/a",
                "registry.example:123456/a",
                "user@host/a",
                "a;b",
                "$(a)",
                "bücher",
                "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
            })
    void givenAnythingElseWhenParsedThenItIsRefused(String text) {
        assertThat(ImageReference.parse(text)).isEmpty();
    }

    @Test
    void givenAPartThatIsTooLongWhenParsedThenItIsRefused() {
        assertThat(ImageReference.parse("a".repeat(255))).isPresent();
        assertThat(ImageReference.parse("a".repeat(256))).isEmpty();
        assertThat(ImageReference.parse("a:" + "b".repeat(128))).isPresent();
        assertThat(ImageReference.parse("a:" + "b".repeat(129))).isEmpty();
        assertThat(ImageReference.parse("a/".repeat(300))).isEmpty();
    }

    @Test
    void givenAllPartsWhenParsedThenEachIsKnown() {
        assertThat(ImageReference.parse("localhost:5000/a/b:c@" + DIGEST))
                .contains(new ImageReference("localhost:5000/a/b", "c", DIGEST));
        assertThat(ImageReference.parse("localhost:5000/a"))
                .contains(new ImageReference("localhost:5000/a", null, null));
    }
}
