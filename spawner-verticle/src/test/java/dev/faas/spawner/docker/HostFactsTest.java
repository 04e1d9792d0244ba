package dev.faas.spawner.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.model.Info;
import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HostFactsTest {
    /** No kernel allows fewer than 301, and common ones at least 32,768. */
    @ParameterizedTest
    @CsvSource({"unix:///run/docker.sock, 301", "tcp://10.0.0.1:2375, 32768"})
    void givenDockersInfo_whenRead_thenTheHostHasItsMemoryAndTheKernelsProcesses(URI docker, long pids) {
        var info = new Info().withId("daemon").withMemTotal(8L << 30);

        var host = HostFacts.of(docker, info);

        assertThat(host.daemon()).isEqualTo("daemon");
        assertThat(host.capacity().memoryMb()).isEqualTo(8_192);
        assertThat(host.capacity().pids()).isGreaterThanOrEqualTo(pids);
    }
}
