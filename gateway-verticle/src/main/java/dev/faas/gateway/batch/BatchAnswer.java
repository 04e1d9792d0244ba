package dev.faas.gateway.batch;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.gateway.read.JsonBody;
import dev.faas.http.HttpService;
import dev.faas.wire.Codec;
import dev.faas.wire.Problem;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;

/** Answers what became of the items: at the end as JSON, or a line an item at once. */
final class BatchAnswer {
    static final String LINES = "application/x-ndjson";
    private static final int MOST_SHOWN = 1_000;

    private final RoutingContext ctx;
    private final String batch;
    private final boolean isInLines;
    private final ArrayNode shown = JsonNodeFactory.instance.arrayNode();
    private int accepted;
    private int rejected;

    BatchAnswer(RoutingContext ctx, String batch, boolean isInLines) {
        this.ctx = ctx;
        this.batch = batch;
        this.isInLines = isInLines;
    }

    /** Not before there is an outcome: the request may be refused. */
    private void begin() {
        ctx.response().setStatusCode(202).putHeader(HttpHeaders.LOCATION, "/v1/batches/" + batch);
    }

    int accepted() {
        return accepted;
    }

    int rejected() {
        return rejected;
    }

    void accepted(int index, String activation) {
        accepted++;
        add(JsonNodeFactory.instance.objectNode().put("index", index).put("activationId", activation));
    }

    void rejected(int index, Problem problem) {
        rejected++;
        var item = JsonNodeFactory.instance
                .objectNode()
                .put("index", index)
                .put("status", problem.status())
                .put("code", problem.code())
                .put("detail", problem.detail());
        if (problem.extensions().get("activationId") instanceof String unknown) {
            item.put("activationId", unknown);
        }
        add(item);
    }

    private void add(ObjectNode item) {
        if (isInLines) {
            write(item);
        } else if (shown.size() < MOST_SHOWN) {
            shown.add(item);
        }
    }

    boolean isFull() {
        return isInLines && ctx.response().writeQueueFull();
    }

    void whenDrained(Runnable next) {
        if (isInLines) {
            ctx.response().drainHandler(drained -> next.run());
        }
    }

    void end() {
        var body = JsonNodeFactory.instance
                .objectNode()
                .put("batchId", batch)
                .put("accepted", accepted)
                .put("rejected", rejected);
        if (isInLines) {
            write(body);
            ctx.end();
        } else {
            begin();
            body.set("items", shown);
            ctx.end(JsonBody.of(ctx, body));
        }
    }

    /** The rest of the request is not read. */
    void fail(Throwable failure) {
        breakOffUnless(() -> ctx.fail(failure));
    }

    /** The body has stopped to arrive. */
    void failSlow() {
        breakOffUnless(() -> ctx.fail(408));
    }

    /** An answer that has begun cannot be a refusal any more. */
    private void breakOffUnless(Runnable refusal) {
        if (ctx.response().headWritten()) {
            HttpService.breakOff(ctx);
        } else {
            refusal.run();
        }
    }

    private void write(ObjectNode line) {
        var response = ctx.response();
        if (!response.headWritten() && !response.closed()) {
            begin();
            response.setChunked(true).putHeader(HttpHeaders.CONTENT_TYPE, LINES).putHeader("X-Accel-Buffering", "no");
        }
        if (!response.closed()) {
            response.write(Buffer.buffer(Codec.write(line)).appendByte((byte) '\n'));
        }
    }
}
