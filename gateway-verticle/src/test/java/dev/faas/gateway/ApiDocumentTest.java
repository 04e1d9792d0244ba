package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ApiDocumentTest {
    private static final String PATH = "/openapi.yaml";

    @AutoClose
    static RunningGateway faas;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        faas = new RunningGateway(directory);
    }

    @Test
    void givenNoToken_whenTheDocumentIsRequested_thenItIsServedAsYaml() throws Exception {
        var answer = faas.send(anonymous());

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo("application/yaml");
        assertThat(answer.text()).startsWith("openapi: 3.1.").contains("/v1/activations/{id}/events:");
    }

    @Test
    void givenTheEtagOfTheDocument_whenRequestedAgain_thenItIsNotSentAgain() throws Exception {
        var etag = faas.send(anonymous()).header("ETag");

        for (var held : new String[] {etag, etag.substring("W/".length()), "\"other\", " + etag, "*"}) {
            var again = faas.send(anonymous().header("If-None-Match", held));

            assertThat(again.status()).as(held).isEqualTo(304);
            assertThat(again.header("ETag")).isEqualTo(etag);
            assertThat(again.text()).isEmpty();
        }
        assertThat(faas.send(anonymous().header("If-None-Match", "\"other\"")).status())
                .isEqualTo(200);
    }

    @Test
    void givenHead_whenSent_thenTheResponseIsThatOfGetWithoutItsBody() throws Exception {
        var whole = faas.send(anonymous());

        var head = faas.send(anonymous().method("HEAD", BodyPublishers.noBody()));

        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("ETag")).isEqualTo(whole.header("ETag"));
        assertThat(head.header("Content-Length")).isEqualTo(whole.header("Content-Length"));
        assertThat(head.text()).isEmpty();
    }

    private static HttpRequest.Builder anonymous() {
        return faas.request(PATH);
    }
}
