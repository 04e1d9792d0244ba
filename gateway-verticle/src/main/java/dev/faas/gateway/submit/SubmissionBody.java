package dev.faas.gateway.submit;

import dev.faas.acceptance.Submission;
import dev.faas.acceptance.SubmissionFields;
import dev.faas.activation.RunSpec;
import dev.faas.http.Bodies;
import dev.faas.http.JsonFields;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** Reads a submission from a request. The body is JSON that contains the argument, or text that is the argument. */
public final class SubmissionBody {
    public static final List<String> TYPES = List.of("application/json", "text/plain");

    /** JSON may write each byte of an argument as six ({@code \\u0001}); the tags come on top. */
    private static final int MAX_BODY_BYTES = 1 << 20;

    private SubmissionBody() {}

    /** Reads the body for {@link #of}. */
    public static Handler<RoutingContext> bodyHandler() {
        var reader = Bodies.accepting(MAX_BODY_BYTES, TYPES);
        return ctx -> {
            // A text body is its argument: refused before it is read.
            if (!Bodies.isJson(ctx) && Bodies.announcedLength(ctx).orElse(0) > RunSpec.MAX_ARGUMENT_BYTES) {
                throw Submission.tooLarge();
            }
            reader.handle(ctx);
        };
    }

    public static Submission of(RoutingContext ctx) {
        boolean isEmpty = Bodies.bytes(ctx).length() == 0;
        if (isEmpty || !Bodies.isJson(ctx)) {
            return new Submission(
                    isEmpty ? "" : Bodies.utf8(ctx), OptionalInt.empty(), Map.of(), DelayFields.ofQuery(ctx));
        }
        var fields = JsonFields.of(ctx);
        var argument = SubmissionFields.argument(fields);
        var timeout = SubmissionFields.timeoutSeconds(fields);
        var tags = SubmissionFields.tags(fields);
        var delay = DelayFields.of(ctx, fields);
        var callback = CallbackFields.of(fields);
        fields.requireValid();
        return new Submission(argument, timeout, tags, delay).with(callback);
    }
}
