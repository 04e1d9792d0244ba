package dev.faas.cli.http;

import dev.faas.cli.output.Streams;
import java.util.Locale;
import java.util.Map;

/** Prints requests and answers for {@code --debug}, without tokens and bodies: a body may hold a password or an argument. */
public final class RequestLog {
    private final Streams streams;

    public RequestLog(Streams streams) {
        this.streams = streams;
    }

    void sent(Request request, Map<String, String> more) {
        print("> %s %s".formatted(request.method(), request.path()));
        request.headers().forEach(this::header);
        more.forEach(this::header);
        if (request.body() != null) {
            print("> (%d bytes)".formatted(request.body().length));
        }
    }

    void received(Response response) {
        print("< " + response.status());
        response.headers().forEach((name, values) -> print("< %s: %s".formatted(name, String.join(", ", values))));
    }

    private void header(String name, String value) {
        var secret = name.toLowerCase(Locale.ROOT).equals("authorization");
        print("> %s: %s".formatted(name, secret ? "***" : value));
    }

    private void print(String line) {
        streams.err(dev.faas.cli.output.ControlCharacters.escape(line) + "\n");
    }
}
