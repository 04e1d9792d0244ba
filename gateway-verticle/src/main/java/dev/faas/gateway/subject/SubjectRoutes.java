package dev.faas.gateway.subject;

import dev.faas.acceptance.IdempotencyKey;
import dev.faas.acceptance.Inbox;
import dev.faas.gateway.forward.Caller;
import dev.faas.gateway.read.JsonBody;
import dev.faas.gateway.submit.IdempotencyKeyHeader;
import dev.faas.http.Bodies;
import dev.faas.wire.Problem;
import dev.faas.wire.UserSubject;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Publishes messages on subjects of users. */
public final class SubjectRoutes {
    private static final int MAX_BODY_BYTES = 128 << 10;
    private static final String EVENT_PREFIX = "ce-";
    private static final String CONTENT_TYPE = "content-type";
    /** NATS takes no others. The bindings of CloudEvents encode them. */
    private static final Pattern VISIBLE = Pattern.compile("[\\x20-\\x7e]*");

    private final Inbox inbox;

    public SubjectRoutes(Inbox inbox) {
        this.inbox = inbox;
    }

    /** Of any type. */
    public static Handler<RoutingContext> bodyHandler() {
        return Bodies.raw(ctx -> MAX_BODY_BYTES);
    }

    public Future<Buffer> publish(RoutingContext ctx) {
        var subject = ctx.pathParam("subject");
        if (!UserSubject.isSubject(subject)) {
            throw Problem.invalid("subject", "must " + UserSubject.RULE).asException();
        }
        var key = IdempotencyKeyHeader.of(ctx).map(IdempotencyKey::text);
        var caller = Caller.of(ctx);
        var message = new Inbox.Message(caller.userId(), subject, headers(ctx), Bodies.bytes(ctx), key);
        return inbox.publish(message, caller).map(sequence -> {
            ctx.response().setStatusCode(202);
            return JsonBody.of(ctx, Map.of("sequence", sequence));
        });
    }

    private static Map<String, String> headers(RoutingContext ctx) {
        var kept = new HashMap<String, String>();
        for (var header : ctx.request().headers()) {
            var name = header.getKey().toLowerCase(Locale.ROOT);
            if (!name.startsWith(EVENT_PREFIX) && !name.equals(CONTENT_TYPE)) {
                continue;
            }
            if (!VISIBLE.matcher(header.getValue()).matches() || kept.put(name, header.getValue()) != null) {
                throw Problem.invalid(name, "must be given once, in visible ASCII characters")
                        .asException();
            }
        }
        return kept;
    }
}
