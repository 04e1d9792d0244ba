package dev.faas.registry.paging;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.faas.wire.Problem;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a request asks of a list: how much, and after which key.
 *
 * @param after the last key of the page before; null: from the beginning
 * @param question what makes the list what it is, for the next cursor
 */
public record Page(int limit, @Nullable String after, List<String> question) {
    private static final int STANDARD = 20;
    private static final int MOST = 100;
    private static final Pattern LIMIT = Pattern.compile("[1-9][0-9]?|" + MOST);

    /** @throws dev.faas.wire.ProblemException invalid_request for a limit or a cursor that does not fit */
    public static Page of(RoutingContext ctx, List<String> question, Predicate<String> isKey) {
        return of(ctx, question, isKey, List.of());
    }

    /**
     * @param wrong what is wrong with the question itself, which is then reported with the rest
     * @throws dev.faas.wire.ProblemException invalid_request naming everything that is wrong
     */
    public static Page of(
            RoutingContext ctx, List<String> question, Predicate<String> isKey, List<Problem.FieldError> wrong) {
        var errors = new ArrayList<>(wrong);
        var page = new Page(limit(ctx, errors), after(ctx, question, isKey, errors), question);
        if (!errors.isEmpty()) {
            throw Problem.invalid(errors).asException();
        }
        return page;
    }

    private static int limit(RoutingContext ctx, List<Problem.FieldError> errors) {
        var text = ctx.queryParams().get("limit");
        if (text == null) {
            return STANDARD;
        }
        if (!LIMIT.matcher(text).matches()) {
            errors.add(new Problem.FieldError("limit", "must be a whole number from 1 to " + MOST));
            return STANDARD;
        }
        return Integer.parseInt(text);
    }

    /** Whether a cursor belongs to a question that cannot be asked, nobody can say. */
    private static @Nullable String after(
            RoutingContext ctx, List<String> question, Predicate<String> isKey, List<Problem.FieldError> errors) {
        var cursor = ctx.queryParams().get("cursor");
        if (cursor == null || (!errors.isEmpty() && Cursor.isOne(cursor))) {
            return null;
        }
        var last = Cursor.last(cursor, question, isKey);
        if (last.isEmpty()) {
            errors.add(new Problem.FieldError(
                    "cursor", "does not belong to this list: begin again without it, or repeat its filters"));
        }
        return last.orElse(null);
    }

    /** One more than is shown tells whether there is a next page. */
    public int fetch() {
        return limit + 1;
    }

    public <T> Buffer render(List<T> fetched, Function<T, JsonNode> view, Function<T, String> key) {
        var body = JsonNodeFactory.instance.objectNode();
        var shown = fetched.subList(0, Math.min(limit, fetched.size()));
        var items = body.putArray("items");
        shown.forEach(each -> items.add(view.apply(each)));
        body.put("next", fetched.size() > limit ? Cursor.after(key.apply(shown.getLast()), question) : null);
        return Buffer.buffer(body.toString().getBytes(StandardCharsets.UTF_8));
    }
}
