package dev.faas.system.deployed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests that the Docker Engine that one {@code ./faas} started runs as long as any of them uses it; dockerd is a fake. */
@Timeout(60)
class SharedEngineTest {
    private static final String USER = """
            set -euo pipefail
            . ../setup.sh
            engine_file=$1
            on_systemd() { false; }
            start_engine
            echo up
            read -r _ || :
            """;

    @TempDir
    Path directory;

    private final List<Process> users = new ArrayList<>();

    @BeforeEach
    void fakes() throws IOException {
        fake("docker", "[ -s \"$ENGINE\" ]");
        fake("dockerd", "trap 'rm \"$ENGINE\"; exit 0' TERM; echo $$ >\"$ENGINE\"; while :; do sleep 0.05; done");
    }

    @AfterEach
    void kill() {
        users.forEach(Process::destroyForcibly);
    }

    @Test
    void theLastUserStopsTheEngine() throws Exception {
        var first = use();
        var second = use();
        var engine = engine();

        end(first);
        assertThat(engine.isAlive()).isTrue();
        assertThat(first.errorReader(StandardCharsets.UTF_8).lines()).anyMatch(line -> line.contains("Another ./faas"));

        end(second);
        assertThat(engine.onExit().get(20, TimeUnit.SECONDS)).isEqualTo(engine);
        assertThat(directory.resolve("engine")).doesNotExist();
    }

    @Test
    void aSingleUserStopsTheEngineBeforeItEnds() throws Exception {
        var first = use();
        var second = use();
        end(second);
        var engine = engine();
        assertThat(engine.isAlive()).isTrue();

        end(first);

        assertThat(engine.isAlive()).isFalse();
    }

    @Test
    void aKilledUserStopsTheEngine() throws Exception {
        var only = use();
        var engine = engine();

        only.destroyForcibly();

        assertThat(engine.onExit().get(20, TimeUnit.SECONDS)).isEqualTo(engine);
    }

    private Process use() throws IOException {
        var builder = new ProcessBuilder(
                "bash", "-c", USER, "faas", directory.resolve("lock").toString());
        var environment = builder.environment();
        environment.remove("DOCKER_HOST");
        environment.put("ENGINE", directory.resolve("engine").toString());
        environment.put("TMPDIR", directory.toString());
        environment.merge("PATH", directory.toString(), (path, fakes) -> fakes + ":" + path);
        var user = builder.start();
        users.add(user);
        assertThat(out(user).readLine()).as("it has an engine").isEqualTo("up");
        return user;
    }

    private static void end(Process user) throws Exception {
        user.outputWriter(StandardCharsets.UTF_8).close();
        assertThat(user.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(user.exitValue()).isZero();
    }

    private ProcessHandle engine() throws IOException {
        var pid = Files.readString(directory.resolve("engine")).strip();
        return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
    }

    private static BufferedReader out(Process user) {
        return user.inputReader(StandardCharsets.UTF_8);
    }

    private void fake(String name, String script) throws IOException {
        var file = Files.writeString(directory.resolve(name), "#!/bin/sh\n" + script + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }
}
