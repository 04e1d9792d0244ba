package dev.faas.cli.activation;

import dev.faas.cli.Doc;
import dev.faas.cli.http.Api;
import dev.faas.cli.http.Request;
import dev.faas.cli.output.Output;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** Asks for the activations that match all filters, newest first. */
final class ActivationQuery {
    private final List<String> filters = new ArrayList<>();

    /** A filter, as the API names it. Of several for the status one must match. */
    ActivationQuery with(String name, Object value) {
        filters.add(name + "=" + Request.encode(value.toString()));
        return this;
    }

    ActivationQuery in(Status... status) {
        for (var each : status) {
            with("status", each);
        }
        return this;
    }

    List<Doc> read(Api api, int limit) {
        return api.list(path(), limit);
    }

    /** Reads the newest ones page by page, newest first.
     *
     * @param ifNone runs before an empty list is printed
     */
    Output.Pages pages(Api api, int limit, Runnable ifNone) {
        return printer -> {
            var isFirst = new AtomicBoolean(true);
            api.eachPage(path(), limit, items -> {
                if (isFirst.getAndSet(false) && items.isEmpty()) {
                    ifNone.run();
                }
                return printer.print(items);
            });
        };
    }

    /** @param path of what is asked for */
    String of(String path) {
        return path + (filters.isEmpty() ? "" : "?" + String.join("&", filters));
    }

    private String path() {
        return of("/v1/activations");
    }
}
