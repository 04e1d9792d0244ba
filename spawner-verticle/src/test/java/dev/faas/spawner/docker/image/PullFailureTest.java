package dev.faas.spawner.docker.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.spawner.engine.SandboxUnavailable.ImageNotFound;
import dev.faas.spawner.engine.SandboxUnavailable.ImagePullFailed;
import dev.faas.wire.ImageReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is concluded from the words of Docker and registries. */
class PullFailureTest {
    private static final ImageReference IMAGE = ImageReference.parse("image:1").orElseThrow();

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            REFUSED     | pull access denied for x, repository does not exist or may require 'docker login': denied: no
            REFUSED     | error from registry: denied
            REFUSED     | unauthorized: authentication required
            REFUSED     | Head "https://registry/v2/a/manifests/1": no basic auth credentials
            NOT_THERE   | manifest for alpine:nosuch not found: manifest unknown: manifest unknown
            NOT_THERE   | name unknown: repository name not known to registry
            NOT_THERE   | no matching manifest for linux/arm64/v8 in the manifest list entries
            SILENT      | Get "https://registry/v2/": dial tcp 127.0.0.1:1: connect: connection refused
            SILENT      | Get "https://registry/v2/": dial tcp: lookup registry: no such host
            SILENT      | Get "https://registry/v2/": dial tcp 10.0.0.1:443: connect: permission denied
            SILENT      | Get "https://registry/v2/": net/http: request canceled (Client.Timeout exceeded)
            SILENT      | Docker at unix:///x: question to a registry took longer than PT30S
            SILENT      | toomanyrequests: You have reached your pull rate limit
            SILENT      | received unexpected HTTP status: 500 Internal Server Error
            NO_REGISTRY | Get "https://registry/v2/": tls: failed to verify certificate: x509: unknown authority
            NO_REGISTRY | Get "https://registry/v2/": http: server gave HTTP response to HTTPS client
            NO_REGISTRY | error unmarshalling content: invalid character '<' looking for beginning of value
            NO_REGISTRY | Head "http://127.0.0.1:1/a": stopped after 10 redirects
            NO_REGISTRY | received unexpected HTTP status: 418 I'm a teapot
            FULL        | write /var/lib/docker/tmp/GetImageBlob1: no space left on device
            BROKEN      | filesystem layer verification failed for digest sha256:0
            BROKEN      | unknown: whatever a server says
            """)
    void givenWhatDockerSays_whenAPullFails_thenTheKindCountsAndTheWordsAreNotRepeated(PullFailure kind, String words) {
        assertThat(PullFailure.of(words)).isEqualTo(kind);

        var failure = kind.toUnavailable(IMAGE);
        boolean isFinal = kind == PullFailure.REFUSED || kind == PullFailure.NOT_THERE;
        assertThat(failure)
                .isInstanceOf(isFinal ? ImageNotFound.class : ImagePullFailed.class)
                .hasMessageStartingWith("image image:1 " + (isFinal ? "is not on this host" : "could not be pulled"))
                .hasNoCause();
    }
}
