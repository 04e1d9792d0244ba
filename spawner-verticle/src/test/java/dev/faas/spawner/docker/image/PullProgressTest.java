package dev.faas.spawner.docker.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.api.model.PullResponseItem;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The sentence about a pull, from what Docker 26 reports of its layers. */
final class PullProgressTest {

    private final PullProgress progress = new PullProgress();

    @Test
    void givenAPull_whenItGoesOn_thenTheSentenceReportsTheProgress() throws Exception {
        assertThat(progress.sentence()).contains("waits until another pull");
        progress.begin();
        update("{\"status\":\"Pulling from faas-test/a\",\"id\":\"1\"}");
        assertThat(progress.sentence()).isEqualTo("Its image is being pulled.");
        update("{\"status\":\"Already exists\",\"progressDetail\":{},\"id\":\"00\"}");
        update("{\"status\":\"Pulling fs layer\",\"progressDetail\":{},\"id\":\"aa\"}");
        update("{\"status\":\"Pulling fs layer\",\"progressDetail\":{},\"id\":\"bb\"}");
        update("{\"status\":\"Waiting\",\"progressDetail\":{},\"id\":\"bb\"}");
        assertThat(progress.sentence()).isEqualTo("Its image is being pulled.");
        update(
                "{\"status\":\"Downloading\",\"progressDetail\":{\"current\":1500000,\"total\":40000000},\"id\":\"aa\"}");
        assertThat(progress.sentence()).isEqualTo("Its image is being pulled: 1.5 of at least 40 MB.");
        update("{\"status\":\"Downloading\",\"progressDetail\":{\"current\":500000,\"total\":20000000},\"id\":\"bb\"}");
        assertThat(progress.sentence()).isEqualTo("Its image is being pulled: 2.0 of 60 MB.");
        assertThat(progress.totalBytes()).isEqualTo(60_000_000);
        update("{\"status\":\"Verifying Checksum\",\"progressDetail\":{},\"id\":\"aa\"}");
        assertThat(progress.sentence()).isEqualTo("Its image is being pulled: 40 of 60 MB.");
        update("{\"status\":\"Download complete\",\"progressDetail\":{},\"id\":\"bb\"}");
        assertThat(progress.sentence()).isEqualTo("Its image is being unpacked: 0 of 2 layers.");
        update("{\"status\":\"Extracting\",\"progressDetail\":{\"current\":1,\"total\":40000000},\"id\":\"aa\"}");
        update("{\"status\":\"Pull complete\",\"progressDetail\":{},\"id\":\"aa\"}");
        assertThat(progress.sentence()).isEqualTo("Its image is being unpacked: 1 of 2 layers.");
        assertThat(progress.error()).isEmpty();
    }

    @Test
    void givenAPullThatFails_whenItReportsErrors_thenTheFirstIsKept() throws Exception {
        update("{\"errorDetail\":{\"message\":\"no space left\"},\"error\":\"no space left\"}");
        update("{\"errorDetail\":{\"message\":\"context canceled\"},\"error\":\"context canceled\"}");

        assertThat(progress.error()).contains("no space left");
    }

    private void update(String line) throws IOException {
        progress.update(new ObjectMapper().readValue(line, PullResponseItem.class));
    }
}
