package dev.faas.cli.run;

import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
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
    private static final int RANGE_NOT_SATISFIABLE = 416;

    private final Api api;
    private final String id;
    private final String path;

    private StoredOutput(Api api, String activationId, String kind) {
        this.api = api;
        this.id = activationId;
        this.path = "/v1/activations/" + Request.encode(activationId) + "/" + kind;
    }

    public static StoredOutput result(Api api, String activationId) {
        return new StoredOutput(api, activationId, "result");
    }

    static StoredOutput log(Api api, String activationId) {
        return new StoredOutput(api, activationId, "logs");
    }

    /** @param from how many bytes to leave out */
    public void copy(long from, Consumer<byte[]> target) throws InterruptedException {
        var contact = api.contact(() -> "Try again later.", trouble -> {});
        long done = from;
        while (true) {
            try (var response = open(done)) {
                if (response.status() == 202) {
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
        var request = Request.get(path);
        return api.open(from == 0 ? request : request.header("Range", "bytes=" + from + "-"));
    }

    private Failure hasNotEnded(Response response) {
        return new Failure(
                Exit.REFUSED,
                "%s has not ended: it is %s".formatted(id, response.doc().text("status")),
                "Wait for it: faas act wait " + id);
    }

    /** A server may answer a range with all. */
    private static void skip(Response response, long bytes) throws IOException {
        if (response.status() != 206) {
            response.body().skipNBytes(bytes);
        }
    }
}
