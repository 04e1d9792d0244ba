package dev.faas.cli.run;

import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import dev.faas.cli.http.ActivationPath;
import dev.faas.cli.http.Api;
import dev.faas.cli.http.ApiFailure;
import dev.faas.cli.http.Request;
import dev.faas.cli.http.Response;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.Consumer;

/** Copies the stored result or log of an activation, in constant memory. Goes on where it was when the connection breaks. */
public final class StoredOutput {
    private static final int BLOCK = 64 * 1024;
    private static final int NOT_ENDED = 202;
    private static final int RANGE_NOT_SATISFIABLE = 416;

    private final Api api;
    private final String activationId;
    private final String part;

    private StoredOutput(Api api, String activationId, String part) {
        this.api = api;
        this.activationId = activationId;
        this.part = part;
    }

    public static StoredOutput result(Api api, String activationId) {
        return new StoredOutput(api, activationId, "result");
    }

    public static StoredOutput log(Api api, String activationId) {
        return new StoredOutput(api, activationId, "logs");
    }

    /** Fails when the activation has not ended and its result is asked for.
     *
     * @param from how many bytes to leave out
     */
    public void copy(long from, Consumer<byte[]> target) throws InterruptedException {
        var contact = api.outageWindow(() -> "Try again later.", trouble -> {});
        long done = from;
        while (true) {
            try (var response = open(done)) {
                if (response.status() == NOT_ENDED) {
                    throw hasNotEnded(response);
                }
                skip(response, done);
                var block = new byte[BLOCK];
                for (int n; (n = response.body().read(block)) >= 0; ) {
                    target.accept(Arrays.copyOf(block, n));
                    done += n;
                    contact.established();
                }
                return;
            } catch (ApiFailure e) {
                if (e.status() == RANGE_NOT_SATISFIABLE) {
                    return; // the connection broke after the last byte
                }
                contact.lost((Failure) e);
            } catch (IOException e) {
                contact.lost(e);
            }
        }
    }

    private Response open(long from) throws IOException {
        var request = Request.get(ActivationPath.of(activationId, part));
        return api.open(from == 0 ? request : request.header("Range", "bytes=" + from + "-"));
    }

    private Failure hasNotEnded(Response response) {
        return new Failure(
                Exit.REFUSED,
                "%s has not ended: it is %s"
                        .formatted(activationId, response.doc().text("status")),
                "Wait for it: faas act wait " + activationId);
    }

    /** A server may answer a range with all. */
    private static void skip(Response response, long bytes) throws IOException {
        if (response.status() != 206) {
            response.body().skipNBytes(bytes);
        }
    }
}
