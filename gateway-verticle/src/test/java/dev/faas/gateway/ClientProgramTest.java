package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.wire.ProblemException;
import dev.faas.wire.Sha256;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ClientProgramTest {
    @AutoClose
    static RunningGateway faas;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        faas = new RunningGateway(directory);
    }

    @Test
    void givenNoToken_whenRequested_thenTheWholeFileIsServedForSaving() throws Exception {
        var answer = faas.send(anonymous());

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo(Files.readString(RunningGateway.CLIENT));
        assertThat(answer.header("Content-Type")).isEqualTo("application/octet-stream");
        assertThat(answer.header("Content-Disposition")).isEqualTo("attachment; filename=\"faas\"");
        assertThat(answer.header("ETag")).isEqualTo(etag());
    }

    @ParameterizedTest
    @CsvSource({"GET, If-None-Match, 304", "HEAD, X-Any, 200", "GET, If-Match, 200"})
    void givenItsTag_whenRequested_thenTheConditionDecides(String method, String header, int status) throws Exception {
        var answer = faas.send(anonymous().header(header, etag()).method(method, BodyPublishers.noBody()));

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("ETag")).isEqualTo(etag());
        assertThat(answer.text().isEmpty()).isEqualTo(!header.equals("If-Match"));
    }

    @Test
    void givenARange_whenRequested_thenThatPartIsServed() throws Exception {
        var answer = faas.send(anonymous().header("Range", "bytes=2-4"));

        assertThat(answer.status()).isEqualTo(206);
        assertThat(answer.text())
                .isEqualTo(Files.readString(RunningGateway.CLIENT).substring(2, 5));
        assertThat(answer.header("Content-Range")).isEqualTo("bytes 2-4/" + Files.size(RunningGateway.CLIENT));
    }

    @Test
    void givenNoFile_whenRequested_thenAProblemSaysThatTheInstallationHasNoClient(@TempDir Path directory)
            throws Exception {
        for (var program : new ClientProgram[] {
            ClientProgram.open(null), ClientProgram.open(directory.resolve("none")), ClientProgram.open(directory)
        }) {
            var answer = serve(program);

            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.text()).startsWith("not_found The client is not part of this installation.");
        }
    }

    @Test
    void givenAFileThatChangesLater_whenRequested_thenTheBytesOfTheStartAreServed(@TempDir Path directory)
            throws Exception {
        var file = Files.writeString(directory.resolve("faas"), "#!/bin/sh\n");
        var program = ClientProgram.open(file);
        Files.writeString(file, "another version");

        assertThat(serve(program)).isEqualTo(new Served(200, "#!/bin/sh\n"));
        Files.delete(file);
        assertThat(serve(program)).isEqualTo(new Served(200, "#!/bin/sh\n"));
    }

    private static String etag() throws Exception {
        return '"' + Sha256.hex(Files.readAllBytes(RunningGateway.CLIENT)) + '"';
    }

    private static HttpRequest.Builder anonymous() {
        return faas.request("/cli/faas");
    }

    private record Served(int status, String text) {}

    private static Served serve(ClientProgram program) throws Exception {
        var vertx = Vertx.vertx();
        try {
            var router = Router.router(vertx);
            router.get("/").handler(program).failureHandler(ctx -> {
                var problem = ((ProblemException) ctx.failure()).problem();
                ctx.response().setStatusCode(problem.status()).end(problem.code() + " " + problem.detail());
            });
            var server =
                    vertx.createHttpServer().requestHandler(router).listen(0).await();
            return vertx.createHttpClient()
                    .request(HttpMethod.GET, server.actualPort(), "127.0.0.1", "/")
                    .compose(request -> request.send())
                    .compose(answer -> answer.body().map(body -> new Served(answer.statusCode(), body.toString())))
                    .await(10, TimeUnit.SECONDS);
        } finally {
            vertx.close().await();
        }
    }
}
