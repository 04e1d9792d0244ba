package dev.faas.gateway.batch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.acceptance.Submission;
import dev.faas.acceptance.SubmissionFields;
import dev.faas.http.Bodies;
import dev.faas.http.JsonFields;
import dev.faas.http.StrictJson;
import dev.faas.wire.Problem;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.IntFunction;

/**
 * The items of a JSON body.
 *
 * @param items by index; fails when the item is invalid
 */
record BatchBody(int size, IntFunction<Submission> items) {
    private static final int MOST_LISTED = 1_000;
    private static final int HIGHEST = 1_000_000_000;

    static BatchBody of(RoutingContext ctx, int mostItems) {
        var body = Bodies.object(ctx);
        var listed = body.get("items");
        return listed == null || listed.isNull() ? ofArray(body, mostItems) : ofList(body, listed);
    }

    private static BatchBody ofList(ObjectNode body, JsonNode listed) {
        if (!listed.isArray() || listed.isEmpty()) {
            throw Problem.invalid("items", "must be a list of items").asException();
        }
        if (listed.size() > MOST_LISTED) {
            throw tooLarge(MOST_LISTED, "Send more of them as application/x-ndjson, an item a line.");
        }
        var others = body.deepCopy();
        others.remove("items");
        JsonFields.of(others).requireValid();
        return new BatchBody(listed.size(), index -> item(JsonFields.of(listed.get(index))));
    }

    private static BatchBody ofArray(ObjectNode body, int mostItems) {
        var fields = JsonFields.of(body);
        var argument = SubmissionFields.argument(fields);
        var tags = SubmissionFields.tags(fields);
        var array = fields.object("array");
        if (array.isEmpty()) {
            fields.addError("items", "is required, or array");
        }
        int from = array.map(it -> it.requiredInteger("from", 0, HIGHEST)).orElse(0);
        int to = array.map(it -> it.requiredInteger("to", 0, HIGHEST)).orElse(0);
        if (to < from) {
            fields.addError("array.to", "must not be less than array.from");
        }
        fields.ignore("items");
        fields.requireValid();
        int size = to - from + 1;
        if (size > mostItems) {
            throw tooLarge(mostItems, "Submit several batches.");
        }
        return new BatchBody(
                size,
                index -> new Submission(
                        argument.replace("{index}", Integer.toString(from + index)), OptionalInt.empty(), tags));
    }

    /** One line of a body in NDJSON. */
    static Submission line(byte[] line) {
        return item(JsonFields.of(StrictJson.object(line)));
    }

    private static Submission item(JsonFields fields) {
        var argument = SubmissionFields.argument(fields);
        Map<String, String> tags = SubmissionFields.tags(fields);
        fields.requireValid();
        return new Submission(argument, OptionalInt.empty(), tags);
    }

    static RuntimeException tooLarge(int most, String next) {
        return Problem.of(
                        413,
                        "batch_too_large",
                        "Batch too large",
                        "The batch has more than " + most + " items. " + next)
                .asException();
    }
}
