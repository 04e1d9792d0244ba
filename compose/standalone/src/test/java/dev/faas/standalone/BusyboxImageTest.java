package dev.faas.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.testing.ServiceProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class BusyboxImageTest {
    @TempDir
    Path directory;

    static final class Make {
        private Make() {}

        public static void main(String[] args) throws Exception {
            Signals.interruptOnStop();
            BusyboxImage.create("faas-test/made:1", "echo").close();
        }
    }

    @Test
    void whenInterruptedDuringTheImport_thenNeitherItsProcessNorTheImageIsLeft() throws Exception {
        var docker = Files.writeString(directory.resolve("docker"), """
                #!/bin/sh
                cd "$(dirname "$0")"
                echo "$@" >>calls
                [ "$1" = image ] || { echo "importing $$" >>/proc/$PPID/fd/1; exec sleep 600; }
                """);
        assertThat(docker.toFile().setExecutable(true)).isTrue();
        var environment = Map.of(
                "PATH", directory + ":" + System.getenv("PATH"), "JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + directory);

        try (var process = ServiceProcess.service(Make.class, environment)) {
            var importing = process.awaitLine("importing ");
            process.signal("TERM");

            assertThat(process.exitCode()).isEqualTo(1);
            var pid = Long.parseLong(importing.substring("importing ".length()));
            assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
        }
        assertThat(Files.readAllLines(directory.resolve("calls")))
                .last()
                .isEqualTo("image rm --force faas-test/made:1");
        try (var left = Files.list(directory)) {
            assertThat(left.map(file -> file.getFileName().toString())).containsExactlyInAnyOrder("docker", "calls");
        }
    }
}
