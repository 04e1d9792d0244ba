package dev.faas.system.deployed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the start scripts as first process of a PID namespace, where signals have no default action. Needs root. */
@Timeout(60)
class FirstProcessIT {
    private static final int TERMINATED = 143;
    private static final int TRIES = 200;

    @ParameterizedTest
    @ValueSource(strings = {"sh ../nats-start none", "bash ../image/start"})
    void aScriptThatWaitsForAMissingSecretEndsAtSigterm(String script) throws Exception {
        var command = new ArrayList<>(List.of("unshare", "--pid", "--fork", "--kill-child"));
        command.addAll(List.of(script.split(" ")));
        var builder = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("FAAS_NATS_PASSWORD_FILE", "/no/such/secret");
        var process = builder.start();
        try {
            // The start of its wait gives no signal, so an early SIGTERM may be lost.
            for (int i = 0; i < TRIES && !process.waitFor(100, TimeUnit.MILLISECONDS); i++) {
                process.children().forEach(ProcessHandle::destroy);
            }
            assertThat(process.isAlive()).isFalse();
            assertThat(process.exitValue()).isEqualTo(TERMINATED);
        } finally {
            process.destroyForcibly();
        }
    }
}
