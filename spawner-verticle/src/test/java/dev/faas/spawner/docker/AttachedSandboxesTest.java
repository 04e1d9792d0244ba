package dev.faas.spawner.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.model.HostConfig;
import dev.faas.spawner.docker.client.Attachment;
import dev.faas.spawner.docker.client.DockerCalls;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The cost of attached sandboxes: they hold no platform threads. */
@Tag("docker")
@Timeout(value = 300, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class AttachedSandboxesTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int ATTACHED = 500;
    private static final int FEW_THREADS = 10;

    @AutoClose
    private static TestImages images;

    @BeforeAll
    static void load() {
        images = new TestImages(TestImages.dockerHost());
    }

    /** The containers are only created: the daemon attaches to those too. */
    @Test
    void givenFiveHundredAttached_whenTheyWait_thenTheyHoldFewThreads() throws Exception {
        var container = images.docker()
                .createContainerCmd(images.script("exit 0"))
                .withStdinOpen(true)
                .withHostConfig(HostConfig.newHostConfig().withNetworkMode("none"))
                .exec()
                .getId();
        var threads = ManagementFactory.getThreadMXBean();
        List<Attachment> attached = new ArrayList<>();
        try (var docker = DockerCalls.connect(TestImages.dockerHost(), LIMIT)) {
            docker.attach(LIMIT, container).close(); // the first attach starts threads that stay
            int before = threads.getThreadCount();
            var ended = new CountDownLatch(ATTACHED);
            for (int i = 0; i < ATTACHED; i++) {
                var attachment = docker.attach(LIMIT, container);
                attached.add(attachment);
                Thread.ofVirtual().start(() -> {
                    try {
                        attachment.readAll((stream, bytes, length) -> {});
                    } catch (IOException closed) {
                        assertThat(closed).isNotNull();
                    } finally {
                        ended.countDown();
                    }
                });
            }

            assertThat(threads.getThreadCount() - before).isLessThanOrEqualTo(FEW_THREADS);
            assertThat(ended.getCount()).isEqualTo(ATTACHED);

            attached.forEach(Attachment::close);
            assertThat(ended.await(30, TimeUnit.SECONDS)).isTrue();
        } finally {
            attached.forEach(Attachment::close);
            images.docker().removeContainerCmd(container).withForce(true).exec();
        }
    }
}
