package dev.faas.spawner.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.faas.spawner.docker.client.PlainGet;
import dev.faas.wire.ImageReference;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Random references, read by us and by the Docker daemon. The daemon is asked for an image that it does not have; its
 * refusal says whether the text is a reference, and how it reads it.
 */
@Tag("docker")
@Tag("slow")
final class ImageReferenceFuzzTest {
    private static final int ROUNDS = 10_000;
    private static final long SEED = 19;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MISSING = "No such image: ";
    private static final String DIGITS = "0123456789abcdef".repeat(4);

    /** No image has such a name, so the daemon never finds one. */
    private static final String NOBODYS = "nobodys-" + DIGITS.substring(0, 20);

    private static final List<String> PARTS = List.of(
            "docker.io",
            "index.docker.io",
            "library",
            "localhost",
            "evil.example",
            "a",
            "b-c",
            "d__e",
            "f._g",
            "host:5000",
            "host:99999",
            "127.0.0.1",
            "127.1:80",
            "2130706433",
            "[::1]",
            "[::1]:80",
            "[fe80::1%25eth0]",
            "UPPER",
            "Mixed.Example",
            "sha256",
            "x--y",
            "x---y",
            "-x",
            "x-",
            "x..y",
            "",
            "bü",
            DIGITS);
    private static final List<String> TAGS =
            List.of("1", "latest", "V1.0-rc_2", "_x", "-x", ".x", "", "a:b", "ü", DIGITS);
    private static final List<String> DIGESTS = List.of(
            "sha256:" + DIGITS,
            "sha512:" + DIGITS + DIGITS,
            "sha256:" + DIGITS + "0",
            "sha256:" + DIGITS.toUpperCase(Locale.ROOT),
            "sha512:" + DIGITS,
            "md5:" + DIGITS.substring(32),
            "",
            "sha256");
    private static final String CHARACTERS = "abzAZ019._-:/@[]%$ \t\n\0é";

    /**
     * What Docker takes and we do not: other digest algorithms, ports of six digits, what looks like an id, a host in
     * upper case, and a first component with a dot and an underscore, which cannot be a host and which Docker then takes
     * for no host at all.
     */
    private static final Pattern REFUSED_BY_US_ALONE = Pattern.compile(
            ".*@sha384:.*|[^/]*:[0-9]{6,}/.*|[0-9a-f]{64}[:@].*|[^/]*(\\.[^/]*_|_[^/]*\\.|[A-Z])[^/]*/.*");

    /** The daemon may have an image whose id begins so; our normal form is never like that. */
    private static final Pattern FOUND_BY_ID = Pattern.compile("(sha256:|sha384:|sha512:)?[0-9a-f]+");

    @Test
    void givenRandomTexts_whenReadByBoth_thenBothTakeTheSameAndReadItTheSame() throws IOException {
        var random = new Random(SEED);
        int both = 0;
        int neither = 0;
        for (int round = 0; round < ROUNDS; round++) {
            var text = randomText(random);
            var ours = ImageReference.parse(text);
            if (FOUND_BY_ID.matcher(text).matches()) {
                continue;
            }
            if (isChangedOnItsWay(text)) {
                assertThat(ours).as(text).isEmpty(); // an empty component, or one of dots
                continue;
            }
            var dockers = readByDocker(text);
            if (dockers.isPresent() && REFUSED_BY_US_ALONE.matcher(text).matches()) {
                assertThat(ours).as(text).isEmpty();
                continue;
            }
            assertThat(ours.map(ImageReferenceFuzzTest::familiar)).as(text).isEqualTo(dockers);
            both += ours.isPresent() ? 1 : 0;
            neither += ours.isPresent() ? 0 : 1;
        }
        assertThat(both).isGreaterThan(ROUNDS / 5);
        assertThat(neither).isGreaterThan(ROUNDS / 5);
    }

    private static String randomText(Random random) {
        var text = new StringBuilder();
        for (int i = random.nextInt(4); i > 0; i--) {
            text.append(pick(random, PARTS)).append('/');
        }
        text.append(random.nextInt(3) == 0 ? pick(random, PARTS) : NOBODYS);
        if (random.nextInt(3) == 0) {
            text.append(':').append(pick(random, TAGS));
        }
        if (random.nextInt(5) == 0) {
            text.append('@').append(pick(random, DIGESTS));
        }
        for (int i = random.nextInt(3) - 1; i > 0; i--) {
            var character = CHARACTERS.charAt(random.nextInt(CHARACTERS.length()));
            text.insert(random.nextInt(text.length() + 1), character);
        }
        return text.toString();
    }

    private static String pick(Random random, List<String> from) {
        return from.get(random.nextInt(from.size()));
    }

    /** The daemon tidies the path of a request before it reads the name in it. */
    private static boolean isChangedOnItsWay(String text) {
        return List.of(text.split("/", -1)).stream().anyMatch(part -> part.matches("\\.{0,2}"));
    }

    /** The daemon's form of the text; empty if it is no reference. */
    private static Optional<String> readByDocker(String text) throws IOException {
        var name = URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
        var answer = PlainGet.send(TestImages.dockerHost(), "/images/" + name + "/json", Map.of());
        var message = JSON.readTree(answer.body()).path("message").asText();
        assertThat(answer.status()).as("%s: %s", text, message).isIn(400, 404);
        if (answer.status() == 400 || message.equals("page not found")) { // the latter for a line break
            return Optional.empty();
        }
        assertThat(message).as(text).startsWith(MISSING);
        // We drop a tag beside a digest.
        return Optional.of(message.substring(MISSING.length()).replaceFirst(":[^:@/]*@", "@"));
    }

    /** As Docker shows it: where it could be misread, our normal form keeps more. */
    private static String familiar(ImageReference image) {
        boolean official = image.path().matches("library/[^/]*");
        var hub = official ? image.path().substring("library/".length()) : image.path();
        var name = image.host().equals(ImageReference.DOCKER_HUB) ? hub : image.host() + "/" + image.path();
        return image.digest() == null ? name + ":" + image.tag() : name + "@" + image.digest();
    }
}
