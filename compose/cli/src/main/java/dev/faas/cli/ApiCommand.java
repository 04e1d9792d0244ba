package dev.faas.cli;

import dev.faas.cli.http.Api;
import dev.faas.cli.http.Request;
import dev.faas.cli.http.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Sends a request of the user's own. */
@Command(
        name = "api",
        description = "Send a request to the API and print the answer.",
        footer = {
            "",
            "Examples:",
            "  faas api /v1/functions",
            "  faas api POST /v1/functions -f name=hello -f image=busybox",
            "",
            "Exit codes: 0 fine, 2 usage or 400, 3 not logged in, 4 not found, 5 unavailable, 6 refused."
        })
final class ApiCommand extends Verb {
    /** More than the server takes. */
    private static final int MAX_BODY = 64 << 20;

    @Parameters(arity = "1..2", paramLabel = "[METHOD] PATH", description = "Default method: GET, or POST with a body.")
    private List<String> words = List.of();

    @Option(names = "-d", paramLabel = "BODY", description = "Send this body.")
    private @Nullable String data;

    @Option(
            names = "-f",
            paramLabel = "K=V",
            description =
                    "Send a JSON body with this field. A number, true, false, null, an object or a list is sent as such; any other value as a text.")
    private Map<String, String> fields = new LinkedHashMap<>();

    @Option(names = "--input", paramLabel = "FILE", description = "Send this file as the body; - for standard input.")
    private @Nullable String input;

    @Option(names = "-H", paramLabel = "NAME: VALUE", description = "Send this header.")
    private List<String> headers = new ArrayList<>();

    @Option(names = "-i", description = "Print the status and the headers, too.")
    private boolean include;

    @Option(names = "--paginate", description = "Print the items of all pages, one a line.")
    private boolean paginate;

    @Override
    protected int run(Session session) throws IOException {
        var path = words.getLast().startsWith("/") ? words.getLast() : "/" + words.getLast();
        var body = body();
        var method = words.size() == 2 ? words.getFirst().toUpperCase(Locale.ROOT) : body.isPresent() ? "POST" : "GET";
        if (paginate) {
            if (!method.equals("GET") || include || !headers.isEmpty()) {
                throw Failure.usage("--paginate is for GET, and excludes -i and -H");
            }
            session.api().eachPage(path, Integer.MAX_VALUE, items -> {
                items.forEach(item -> session.output().line(Doc.compact(item)));
                return true;
            });
            return Exit.OK;
        }
        var request = Request.of(method, path);
        if (body.isPresent()) {
            request = request.body("application/json", body.get());
        }
        for (var header : headers) {
            int colon = header.indexOf(':');
            if (colon < 1) {
                throw Failure.usage("-H: '%s' is not NAME: VALUE".formatted(header));
            }
            request = request.header(
                    header.substring(0, colon), header.substring(colon + 1).strip());
        }
        return send(session, session.api(), request);
    }

    private int send(Session session, Api api, Request request) {
        return api.call(request, response -> {
            if (include) {
                printHead(session, response);
            }
            var bytes = response.bytes();
            if (session.terminal().out()) {
                var text = new String(bytes, StandardCharsets.UTF_8);
                session.output().line(pretty(response, text).stripTrailing());
            } else {
                session.output().streams().out(bytes);
            }
            return Exit.OK;
        });
    }

    private static void printHead(Session session, Response response) {
        session.output().line("HTTP " + response.status());
        response.headers()
                .forEach((name, values) ->
                        values.forEach(value -> session.output().line(name + ": " + value)));
        session.output().line("");
    }

    private static String pretty(Response response, String text) {
        if (response.header("Content-Type")
                .filter(type -> type.contains("json"))
                .isEmpty()) {
            return text;
        }
        try {
            return Doc.pretty(Doc.parseAny(text));
        } catch (IOException e) {
            return text;
        }
    }

    private Optional<byte[]> body() throws IOException {
        if ((data == null ? 0 : 1) + (input == null ? 0 : 1) + (fields.isEmpty() ? 0 : 1) > 1) {
            throw Failure.usage("-d, -f and --input exclude each other");
        }
        if (data != null) {
            return Optional.of(data.getBytes(StandardCharsets.UTF_8));
        }
        if (input != null) {
            return Optional.of(InputFile.whole("--input", input, MAX_BODY));
        }
        if (fields.isEmpty()) {
            return Optional.empty();
        }
        var doc = Doc.empty();
        fields.forEach((name, value) -> doc.with(name, valueOf(value)));
        return Optional.of(Doc.compact(doc).getBytes(StandardCharsets.UTF_8));
    }

    private static @Nullable Object valueOf(String text) {
        if (!text.matches("(?s)-?[0-9.]+|true|false|null|\\{.*|\\[.*")) {
            return text;
        }
        try {
            return Doc.parseAny(text);
        } catch (IOException | UncheckedIOException e) {
            return text;
        }
    }
}
