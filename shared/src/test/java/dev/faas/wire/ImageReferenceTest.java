package dev.faas.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageReferenceTest {
    private static final String DIGEST = "sha256:" + "0123456789abcdef".repeat(4);
    private static final String ID = "0123456789abcdef".repeat(4);

    /** Rows of the grammar of distribution/reference: every production once, hosts by Docker's rule, Docker Hub's prefixes. */
    @ParameterizedTest
    @CsvSource({
        "busybox,                          docker.io,              library/busybox,        busybox:latest",
        "busybox:1.36,                     docker.io,              library/busybox,        busybox:1.36",
        "library/busybox,                  docker.io,              library/busybox,        busybox:latest",
        "docker.io/busybox,                docker.io,              library/busybox,        busybox:latest",
        "docker.io/library/busybox:1,      docker.io,              library/busybox,        busybox:1",
        "index.docker.io/busybox,          docker.io,              library/busybox,        busybox:latest",
        "index.docker.io/library/busybox,  docker.io,              library/busybox,        busybox:latest",
        "ada/resize,                       docker.io,              ada/resize,             ada/resize:latest",
        "docker.io/ada/resize:1,           docker.io,              ada/resize,             ada/resize:1",
        "library/evil.example/x,           docker.io,              library/evil.example/x, library/evil.example/x:latest",
        "docker.io/library/evil.example/x, docker.io,              library/evil.example/x, library/evil.example/x:latest",
        "library/library/x,                docker.io,              library/library/x,      library/library/x:latest",
        "docker.io/library,                docker.io,              library/library,        library:latest",
        "docker.io,                        docker.io,              library/docker.io,      docker.io:latest",
        "localhost,                        docker.io,              library/localhost,      localhost:latest",
        "a.example,                        docker.io,              library/a.example,      a.example:latest",
        "a.example:5000,                   docker.io,              library/a.example,      a.example:5000",
        "docker.io/evil.example/x,         docker.io,              evil.example/x,         docker.io/evil.example/x:latest",
        "docker.io/docker.io/x,            docker.io,              docker.io/x,            docker.io/docker.io/x:latest",
        "docker.io/localhost/x,            docker.io,              localhost/x,            docker.io/localhost/x:latest",
        "docker.io:443/x,                  docker.io:443,          x,                      docker.io:443/x:latest",
        "localhost/library/a,              localhost,              library/a,              localhost/library/a:latest",
        "localhost:5000/a/b,               localhost:5000,         a/b,                    localhost:5000/a/b:latest",
        "registry.example/path/name:tag,   registry.example,       path/name,              registry.example/path/name:tag",
        "127.0.0.1:5000/a:b,               127.0.0.1:5000,         a,                      127.0.0.1:5000/a:b",
        "[::1]:5000/a,                     [::1]:5000,             a,                      [::1]:5000/a:latest",
        "host/a,                           docker.io,              host/a,                 host/a:latest",
        "a__b/c.d/e---f:_x,                docker.io,              a__b/c.d/e---f,         a__b/c.d/e---f:_x",
        "a_b:V1.0-rc_2,                    docker.io,              library/a_b,            a_b:V1.0-rc_2"
    })
    void givenWhatDockerPulls_whenParsed_thenHostAndPathAreDockersAndTheNormalFormIsParsedToTheSame(
            String text, String host, String path, String normal) {
        var image = ImageReference.parse(text).orElseThrow();

        assertThat(image.host()).isEqualTo(host);
        assertThat(image.path()).isEqualTo(path);
        assertThat(image).hasToString(normal);
        assertThat(ImageReference.parse(normal)).contains(image);
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost:5000/a/b", "localhost:5000/a/b:c"})
    void givenADigest_whenParsed_thenItReplacesTheTag(String text) {
        assertThat(ImageReference.parse(text + "@" + DIGEST))
                .contains(new ImageReference("localhost:5000", "a/b", null, DIGEST))
                .map(ImageReference::toString)
                .contains("localhost:5000/a/b@" + DIGEST);
        assertThat(ImageReference.parse(text).orElseThrow().withDigest(DIGEST))
                .isEqualTo(new ImageReference("localhost:5000", "a/b", null, DIGEST));
    }

    @Test
    void givenANameLikeAnId_whenParsed_thenItIsRefusedAndNeverMadeByNormalising() {
        assertThat(ImageReference.parse("sha256:" + ID)).isEmpty();
        assertThat(ImageReference.parse("sha256:0123456789ab"))
                .map(Object::toString)
                .contains("docker.io/library/sha256:0123456789ab");
        assertThat(ImageReference.parse("docker.io/sha256:" + ID))
                .map(Object::toString)
                .contains("docker.io/library/sha256:" + ID);
        assertThat(ImageReference.parse(ID)).isEmpty();
        assertThat(ImageReference.parse(ID + ":1")).isEmpty();
        assertThat(ImageReference.parse("docker.io/" + ID))
                .map(Object::toString)
                .contains("docker.io/library/" + ID + ":latest");
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
                "DOCKER.IO/x",
                "registry.Example/a",
                "UPPER/lower",
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
                "a:@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
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
                "registry.example/",
                "under_score.example/a",
                "-a.example/a",
                "user@host/a",
                "a;b",
                "$(a)",
                "bücher",
                "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
            })
    void givenAnythingElse_whenParsed_thenItIsRefused(String text) {
        assertThat(ImageReference.parse(text)).isEmpty();
    }

    @Test
    void givenAPartThatIsTooLong_whenParsed_thenItIsRefused() {
        assertThat(ImageReference.parse("a".repeat(255))).isPresent();
        assertThat(ImageReference.parse("a".repeat(256))).isEmpty();
        assertThat(ImageReference.parse("a:" + "b".repeat(128))).isPresent();
        assertThat(ImageReference.parse("a:" + "b".repeat(129))).isEmpty();
        assertThat(ImageReference.parse("a/".repeat(300))).isEmpty();
    }

    /** References of random pieces, those that have ever been misread more often than others. */
    @Test
    void givenRandomReferences_whenNormalised_thenTheyNameTheSameImageInTheSameRegistry() {
        var random = new Random(15);
        int parsed = 0;
        for (int round = 0; round < 200_000; round++) {
            var text = randomReference(random);
            var image = ImageReference.parse(text);
            if (image.isPresent()) {
                parsed++;
                var normal = image.get().toString();
                assertThat(ImageReference.parse(normal))
                        .as("%s normalised to %s", text, normal)
                        .isEqualTo(image);
                assertThat(image.get().host()).as(text).isEqualTo(hostByDockersRule(text));
            }
        }
        assertThat(parsed).isBetween(50_000, 199_999);
    }

    private static String randomReference(Random random) {
        var components = new String[] {
            "docker.io",
            "index.docker.io",
            "library",
            "localhost",
            "evil.example",
            "a",
            "b-c",
            "Host",
            "host:5000",
            "d__e",
            ID,
            "docker.io:443",
            "[::1]:80",
            "bad_.host",
            ""
        };
        var text = new StringBuilder();
        for (int i = random.nextInt(4); i >= 0; i--) {
            text.append(components[random.nextInt(components.length - random.nextInt(2))])
                    .append(i > 0 ? "/" : "");
        }
        text.append(random.nextInt(3) == 0 ? ":" + (random.nextBoolean() ? "1" : "latest") : "");
        text.append(random.nextInt(4) == 0 ? "@" + DIGEST : "");
        if (!text.isEmpty() && random.nextInt(10) == 0) {
            text.setCharAt(random.nextInt(text.length()), (char) (' ' + random.nextInt(95)));
        }
        return text.toString();
    }

    /** Written down a second time, from the text alone. */
    private static String hostByDockersRule(String text) {
        var parts = text.split("/", 2);
        boolean host = parts.length == 2 && parts[0].matches(".*[.:A-Z].*|localhost");
        return !host || parts[0].equals("index.docker.io") ? "docker.io" : parts[0];
    }
}
