package dev.faas.spawner.docker.image;

import dev.faas.spawner.engine.SandboxUnavailable;
import dev.faas.spawner.engine.SandboxUnavailable.ImageNotFound;
import dev.faas.spawner.engine.SandboxUnavailable.ImagePullFailed;
import dev.faas.wire.ImageReference;
import dev.faas.wire.Printable;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sorts why an image could not be had, by the words of Docker and of registries. A user gets our own sentence for each
 * kind, because the words may come from any server that an image's name leads to. The first kind that matches counts.
 */
enum PullFailure {
    FULL("no space left on device", "Docker's disk is full"),
    REFUSED(
            "(?<!permission )denied|unauthorized|authentication required|no basic auth",
            "its registry refused it: it has no such image, or the image needs a login"),
    NOT_THERE(
            "not found|(manifest|name) unknown|does not exist|no matching manifest|invalid reference format",
            "its registry has no such image, or none for this platform's processors"),
    SILENT(
            "dial tcp|lookup |timeout|took longer|deadline exceeded|connection reset|EOF|toomanyrequests"
                    + "|unexpected HTTP status: (5\\d\\d|429)",
            "its registry could not be reached, has failed, or takes no more requests at the moment"),
    NO_REGISTRY(
            "x509|tls:|HTTPS client|unmarshalling|invalid character|malformed HTTP|redirect|unexpected HTTP status"
                    + "|unsupported (protocol|manifest|media)",
            "its host does not answer as a registry that Docker trusts"),
    BROKEN("", "the transfer failed, or the image is damaged");

    private static final Logger log = LoggerFactory.getLogger(PullFailure.class);

    private final Pattern words;
    private final String sentence;

    PullFailure(String words, String sentence) {
        this.words = Pattern.compile(words, Pattern.CASE_INSENSITIVE);
        this.sentence = sentence;
    }

    static PullFailure of(String words) {
        return Stream.of(values())
                .filter(kind -> kind.words.matcher(words).find())
                .findFirst()
                .orElse(BROKEN);
    }

    /** Writes the words to the log, and makes of them what the function's owner is told. */
    static SandboxUnavailable of(ImageReference image, String words, RegistryLogins.Login login) {
        var kind = of(words);
        log.warn("image not pulled image={} kind={} error={}", image, kind, Printable.of(words));
        return login.broken()
                ? new ImagePullFailed(
                        "image " + image + " could not be pulled: " + kind.sentence
                                + ". It was tried without a login, because the platform's logins to registries cannot be"
                                + " read",
                        null)
                : kind.toUnavailable(image);
    }

    SandboxUnavailable toUnavailable(ImageReference image) {
        return switch (this) {
            // Trying again cannot help.
            case REFUSED, NOT_THERE -> new ImageNotFound("image " + image + " is not on this host, and " + sentence);
            case FULL, SILENT, NO_REGISTRY, BROKEN ->
                new ImagePullFailed("image " + image + " could not be pulled: " + sentence, null);
        };
    }
}
