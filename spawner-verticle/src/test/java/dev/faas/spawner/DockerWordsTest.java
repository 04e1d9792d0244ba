package dev.faas.spawner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.exception.BadRequestException;
import com.github.dockerjava.api.exception.InternalServerErrorException;
import com.github.dockerjava.api.exception.NotFoundException;
import dev.faas.spawner.Ending.Lost;
import dev.faas.spawner.Ending.OutOfMemory;
import dev.faas.spawner.Ending.Signalled;
import dev.faas.spawner.Ending.StartFailed;
import dev.faas.spawner.SandboxUnavailable.ImageNotFound;
import dev.faas.spawner.SandboxUnavailable.ImagePullFailed;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How what Docker says is understood. */
final class DockerWordsTest {

    private static final String OCI = "failed to create task for container: failed to create shim task: OCI runtime "
            + "create failed: runc create failed: unable to start container process: ";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "exec: \"/nosuch\": stat /nosuch: no such file or directory",
                "exec: \"nosuch\": executable file not found in $PATH",
                "exec: \"/bin/noexec\": permission denied",
                "exec: \"/tmp\": is a directory",
                "chdir to cwd (\"/secret\") set in config.json failed: permission denied"
            })
    void givenTheOwnersMistake_whenStartIsRefused_thenItIsStartFailedInPlainWords(String core) {
        assertThat(StartRefusal.ending(refusal(OCI + core + ": unknown"))).isEqualTo(new StartFailed(core));
    }

    @Test
    void givenATrailOfContainerd_whenCleaned_thenItIsGone() {
        assertThat(StartRefusal.cleaned(OCI + "exec: \"/tmp\": is a directory: unknown: permission denied"))
                .isEqualTo("exec: \"/tmp\": is a directory");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "exec: \"docker-init\": executable file not found in $PATH",
                "failed to create endpoint x on network bridge: operation not supported",
                "error creating overlay mount to /var/lib/docker: no space left on device"
            })
    void givenTheHostsTrouble_whenStartIsRefused_thenTheRunIsLost(String message) {
        assertThat(StartRefusal.ending(refusal(message)))
                .isInstanceOfSatisfying(
                        Lost.class, lost -> assertThat(lost.detail()).contains(message));
    }

    @Test
    void givenTooLittleMemoryToStart_whenStartIsRefused_thenOutOfMemory() {
        var said = OCI + "container init was OOM-killed (memory limit too low?): unknown";

        assertThat(StartRefusal.ending(refusal(said))).isEqualTo(new OutOfMemory());
    }

    @Test
    void givenABadRequest_whenStartIsRefused_thenDockersSentenceIsGivenToTheOwner() {
        var refusal = new DockerRefusal(new BadRequestException("{\"message\":\"Minimum memory limit is 6MB\"}\n"));

        assertThat(StartRefusal.ending(refusal)).isEqualTo(new StartFailed("Minimum memory limit is 6MB"));
    }

    @Test
    void givenAnAnswerThatIsNoJson_whenRead_thenItIsTheMessage() {
        assertThat(new DockerRefusal(new NotFoundException("page not found\n"))).hasMessage("page not found");
    }

    @ParameterizedTest
    @CsvSource({
        "129, 1, SIGHUP",
        "137, 9, SIGKILL",
        "139, 11, SIGSEGV",
        "143, 15, SIGTERM",
        "159, 31, SIGSYS",
        "162, 34, SIGRTMIN+0",
        "192, 64, SIGRTMIN+30"
    })
    void givenAnExitCodeAbove128_whenRead_thenItNamesTheSignal(int code, int number, String name) {
        assertThat(Signals.in(code)).contains(new Signalled(number, name));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 127, 128, 160, 161, 193, 255})
    void givenAnyOtherExitCode_whenRead_thenItIsNoSignal(int code) {
        assertThat(Signals.in(code)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "a,                       a:latest",
        "a:1,                     a:1",
        "host:5000/a,             host:5000/a:latest",
        "host:5000/b/a:1,         host:5000/b/a:1",
        "a@sha256:00,             a@sha256:00",
        "host:5000/a:1@sha256:00, host:5000/a:1@sha256:00"
    })
    void givenAReference_whenPulled_thenItHasATagOrADigest(String reference, String pulled) {
        assertThat(ImageStore.withTag(reference)).isEqualTo(pulled);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pull access denied for x, repository does not exist or may require 'docker login': denied: requested"
                        + " access to the resource is denied",
                "manifest for alpine:nosuch not found: manifest unknown: manifest unknown",
                "error from registry: denied",
                "name unknown: repository name not known to registry",
                "unauthorized: authentication required",
                "no matching manifest for linux/arm64/v8 in the manifest list entries"
            })
    void givenARegistryThatWillNeverGiveIt_whenPulled_thenImageNotFound(String said) {
        assertThat(ImageStore.failure("image:1", said, null))
                .isInstanceOf(ImageNotFound.class)
                .hasMessageContaining("image:1")
                .hasMessageContaining(said);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Get \"https://registry/v2/\": dial tcp 127.0.0.1:1: connect: connection refused",
                "Get \"https://registry/v2/\": dial tcp: lookup registry: no such host",
                "Get \"https://registry/v2/\": dial tcp 10.0.0.1:443: connect: permission denied",
                "toomanyrequests: You have reached your pull rate limit",
                "tls: failed to verify certificate: x509: certificate signed by unknown authority",
                "received unexpected HTTP status: 500 Internal Server Error",
                "write /var/lib/docker/tmp/GetImageBlob1: no space left on device"
            })
    void givenTroubleThatMayPass_whenPulled_thenImagePullFailed(String said) {
        assertThat(ImageStore.failure("image:1", said, null))
                .isInstanceOf(ImagePullFailed.class)
                .hasMessageContaining("image:1")
                .hasMessageContaining(said);
    }

    @Test
    void givenDigestsOfSeveralRepositories_whenAsked_thenTheReferencesOwnIsTaken() {
        var digests = List.of("other@sha256:11", "host:5000/a@sha256:22");

        assertThat(ImageStore.digest("host:5000/a:1", digests)).contains("sha256:22");
        assertThat(ImageStore.digest("a:1", digests)).contains("sha256:11");
        assertThat(ImageStore.digest("a@sha256:33", digests)).contains("sha256:33");
        assertThat(ImageStore.digest("a", null)).isEqualTo(Optional.empty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\0b"})
    void givenAnArgumentThatNoCommandLineHolds_whenRequested_thenRefused(String argument) {
        assertThatThrownBy(() -> request(argument)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> request("é".repeat(65_536))).isInstanceOf(IllegalArgumentException.class);
        assertThat(request("é".repeat(65_535) + "a").argument()).hasSize(65_536);
    }

    private static RunRequest request(String argument) {
        return new RunRequest("a1", argument, Map.of(), Duration.ofSeconds(1), Duration.ZERO);
    }

    private static DockerRefusal refusal(String message) {
        return new DockerRefusal(
                new InternalServerErrorException("{\"message\":\"" + message.replace("\"", "\\\"") + "\"}"));
    }
}
