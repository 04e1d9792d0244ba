package dev.faas.cli.http;

import dev.faas.cli.output.Streams;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Prints requests and answers for {@code --debug}, without tokens and bodies: a body may hold a password or an argument. */
public final class RequestLog {
    private static final Set<String> SECRET =
            Set.of("authorization", "proxy-authorization", "cookie", "set-cookie", "x-faas-csrf");

    private final Streams streams;

    public RequestLog(Streams streams) {
        this.streams = streams;
    }

    void sent(Request request, Map<String, String> more) {
        print("> %s %s".formatted(request.method(), request.path()));
        request.headers().forEach((name, value) -> header(">", name, value));
        more.forEach((name, value) -> header(">", name, value));
        if (request.body() != null) {
            print("> (%d bytes)".formatted(request.body().length));
        }
    }

    void received(Response response) {
        print("< " + response.status());
        response.headers().forEach((name, values) -> header("<", name, String.join(", ", values)));
    }

    private void header(String direction, String name, String value) {
        var secret = SECRET.contains(name.toLowerCase(Locale.ROOT));
        print("%s %s: %s".formatted(direction, name, secret ? "***" : value));
    }

    private void print(String line) {
        streams.err(dev.faas.cli.output.ControlCharacters.escape(line) + "\n");
    }
}
