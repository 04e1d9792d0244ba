package dev.faas.spawner.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.exception.BadRequestException;
import com.github.dockerjava.api.exception.InternalServerErrorException;
import com.github.dockerjava.api.exception.NotFoundException;
import dev.faas.spawner.docker.client.DockerRefusal;
import dev.faas.spawner.docker.init.Signals;
import dev.faas.spawner.engine.RunRequest;
import dev.faas.spawner.engine.SandboxUnavailable.BootFailed;
import dev.faas.spawner.engine.SandboxUnavailable.MemoryTooLow;
import dev.faas.spawner.engine.SandboxUnavailable.NotStartable;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the engine concludes from Docker's messages. */
final class DockerMessagesTest {

    private static final String OCI = "failed to create task for container: failed to create shim task: OCI runtime "
            + "create failed: runc create failed: unable to start container process: ";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "unable to find user ghost: no matching entries in passwd file",
                "chdir to cwd (\"/secret\") set in config.json failed: permission denied"
            })
    void givenTheOwnersMistake_whenStartIsRefused_thenNotStartableWithTheReasonOnly(String core) {
        assertThat(StartRefusal.of(refusal(OCI + core + ": unknown")))
                .isInstanceOf(NotStartable.class)
                .hasMessage(core);
    }

    @Test
    void givenWordsOfContainerdAtTheEnd_whenCleaned_thenTheyAreRemoved() {
        assertThat(StartRefusal.withoutWrapping(OCI + "exec: \"/tmp\": is a directory: unknown: permission denied"))
                .isEqualTo("exec: \"/tmp\": is a directory");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "exec: \"/.faas/init\": stat /.faas/init: no such file or directory",
                "failed to create endpoint x on network bridge: operation not supported",
                "error creating overlay mount to /var/lib/docker: no space left on device"
            })
    void givenAFaultOfTheHost_whenStartIsRefused_thenBootFailed(String message) {
        assertThat(StartRefusal.of(refusal(message)))
                .isInstanceOf(BootFailed.class)
                .hasMessageContaining(message);
    }

    @Test
    void givenTooLittleMemoryToStart_whenStartIsRefused_thenMemoryTooLow() {
        var said = OCI + "container init was OOM-killed (memory limit too low?): unknown";

        assertThat(StartRefusal.of(refusal(said))).isInstanceOf(MemoryTooLow.class);
    }

    @Test
    void givenABadRequest_whenStartIsRefused_thenNotStartableWithDockersMessage() {
        var refusal = new DockerRefusal(new BadRequestException("{\"message\":\"Minimum memory limit is 6MB\"}\n"));

        assertThat(StartRefusal.of(refusal)).isInstanceOf(NotStartable.class).hasMessage("Minimum memory limit is 6MB");
    }

    @Test
    void givenAnAnswerThatIsNotJson_whenRead_thenItIsTheMessage() {
        assertThat(new DockerRefusal(new NotFoundException("page not found\n"))).hasMessage("page not found");
    }

    @ParameterizedTest
    @CsvSource({
        "1, SIGHUP",
        "9, SIGKILL",
        "11, SIGSEGV",
        "15, SIGTERM",
        "31, SIGSYS",
        "34, SIGRTMIN+0",
        "64, SIGRTMIN+30"
    })
    void givenASignal_whenNamed_thenAsLinuxDoes(int number, String name) {
        assertThat(Signals.name(number)).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\0b"})
    void givenAnArgumentThatNoCommandLineHolds_whenRequested_thenRefused(String argument) {
        assertThatThrownBy(() -> request(argument)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> request("é".repeat(65_536))).isInstanceOf(IllegalArgumentException.class);
        assertThat(request("é".repeat(65_535) + "a").argument()).hasSize(65_536);
    }

    private static RunRequest request(String argument) {
        return new RunRequest("a1", argument, Map.of(), Duration.ofSeconds(1), Duration.ZERO, Duration.ofSeconds(1));
    }

    private static DockerRefusal refusal(String message) {
        return new DockerRefusal(
                new InternalServerErrorException("{\"message\":\"" + message.replace("\"", "\\\"") + "\"}"));
    }
}
