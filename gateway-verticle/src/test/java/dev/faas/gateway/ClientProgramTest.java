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
import java.util.concurrent.CompletableFuture;
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
            var problem = ((ProblemException) failure(program)).problem();

            assertThat(problem.status()).isEqualTo(404);
            assertThat(problem.code()).isEqualTo("not_found");
            assertThat(problem.detail()).startsWith("The client is not part of this installation.");
        }
    }

    @Test
    void givenAFileThatIsRemovedLater_whenRequested_thenTheRequestFails(@TempDir Path directory) throws Exception {
        var file = Files.writeString(directory.resolve("faas"), "#!/bin/sh\n");
        var program = ClientProgram.open(file);
        Files.delete(file);

        assertThat(failure(program)).isNotInstanceOf(ProblemException.class);
    }

    private static String etag() throws Exception {
        return '"' + Sha256.hex(Files.readAllBytes(RunningGateway.CLIENT)) + '"';
    }

    private static HttpRequest.Builder anonymous() {
        return faas.request("/cli/faas");
    }

    /** What it fails a request with. */
    private static Throwable failure(ClientProgram program) throws Exception {
        var vertx = Vertx.vertx();
        try {
            var failure = new CompletableFuture<Throwable>();
            var router = Router.router(vertx);
            router.get("/").handler(program).failureHandler(ctx -> {
                failure.complete(ctx.failure());
                ctx.next();
            });
            var server =
                    vertx.createHttpServer().requestHandler(router).listen(0).await();
            var unused = vertx.createHttpClient()
                    .request(HttpMethod.GET, server.actualPort(), "127.0.0.1", "/")
                    .compose(request -> request.send());
            return failure.get(10, TimeUnit.SECONDS);
        } finally {
            vertx.close().await();
        }
    }
}
