package dev.faas.http.paging;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.http.content.ContentCoding;
import dev.faas.http.content.WeakTag;
import dev.faas.wire.Problem;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.Json;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code limit} and {@code cursor} of a request, and renders one page of a list.
 *
 * @param after the last key of the page before; null for the first page
 * @param scope what identifies the list: its kind, owner and filters
 */
public record Page(int limit, @Nullable String after, List<String> scope) {
    private static final int DEFAULT_LIMIT = 20;
    private static final int MAX_LIMIT = 100;
    private static final Pattern LIMIT = Pattern.compile("[1-9][0-9]?|" + MAX_LIMIT);

    /** @throws dev.faas.wire.ProblemException invalid_request for an invalid limit or cursor */
    public static Page of(RoutingContext ctx, List<String> scope, Predicate<String> isKey) {
        return of(ctx, scope, isKey, List.of());
    }

    /**
     * @param filterErrors found in the filters already; reported together with those of limit and cursor
     * @throws dev.faas.wire.ProblemException invalid_request with all of these errors
     */
    public static Page of(
            RoutingContext ctx, List<String> scope, Predicate<String> isKey, List<Problem.FieldError> filterErrors) {
        var errors = new ArrayList<>(filterErrors);
        var page = new Page(limit(ctx, errors), after(ctx, scope, isKey, errors), scope);
        if (!errors.isEmpty()) {
            throw Problem.invalid(errors).asException();
        }
        return page;
    }

    private static int limit(RoutingContext ctx, List<Problem.FieldError> errors) {
        var text = ctx.queryParams().get("limit");
        if (text == null) {
            return DEFAULT_LIMIT;
        }
        if (!LIMIT.matcher(text).matches()) {
            errors.add(new Problem.FieldError("limit", "must be a whole number from 1 to " + MAX_LIMIT));
            return DEFAULT_LIMIT;
        }
        return Integer.parseInt(text);
    }

    /** With invalid filters the scope is unknown, so any well-formed cursor passes: only the filters are reported. */
    private static @Nullable String after(
            RoutingContext ctx, List<String> scope, Predicate<String> isKey, List<Problem.FieldError> errors) {
        var cursor = ctx.queryParams().get("cursor");
        if (cursor == null || (!errors.isEmpty() && Cursor.isCursor(cursor))) {
            return null;
        }
        var last = Cursor.decode(cursor, scope, isKey);
        if (last.isEmpty()) {
            errors.add(new Problem.FieldError(
                    "cursor", "does not belong to this list: begin again without it, or repeat its filters"));
        }
        return last.orElse(null);
    }

    /** One more row than the page shows: it tells whether there is a next page. */
    public int fetchLimit() {
        return limit + 1;
    }

    /**
     * Answers with 304 to a client that has this page already; compressed for clients that accept it.
     *
     * @param view of an item: JSON, or what Vert.x makes JSON of
     */
    public <T> Buffer answer(RoutingContext ctx, List<T> fetched, Function<T, ?> view, Function<T, String> key) {
        var body = Json.encodeToBuffer(toJson(fetched, view, key));
        if (WeakTag.of(body.getBytes()).endsIfHeld(ctx)) {
            return Buffer.buffer();
        }
        ctx.response().putHeader(HttpHeaders.CONTENT_TYPE, "application/json");
        return ContentCoding.gzipIfAccepted(ctx, body);
    }

    private <T> ObjectNode toJson(List<T> fetched, Function<T, ?> view, Function<T, String> key) {
        var body = JsonNodeFactory.instance.objectNode();
        var shown = fetched.subList(0, Math.min(limit, fetched.size()));
        var items = body.putArray("items");
        shown.forEach(each -> items.addPOJO(view.apply(each)));
        body.put("next", fetched.size() > limit ? Cursor.encode(key.apply(shown.getLast()), scope) : null);
        return body;
    }
}
