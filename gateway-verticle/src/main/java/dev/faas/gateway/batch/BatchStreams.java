package dev.faas.gateway.batch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.gateway.forward.BatchClient;
import dev.faas.gateway.forward.Caller;
import dev.faas.gateway.read.EventFrames;
import dev.faas.gateway.read.LiveResponse;
import dev.faas.gateway.read.LiveStreams;
import dev.faas.gateway.read.OpenResponses;
import dev.faas.http.HttpService;
import dev.faas.http.token.Authenticated;
import dev.faas.wire.Codec;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/** Streams the progress of a batch as server-sent events, until it has ended. */
public final class BatchStreams {
    private static final long PAUSE_MS = 1_000;

    private final BatchClient batches;
    private final OpenResponses openResponses;
    private final LiveResponse.Limits limits;

    public BatchStreams(BatchClient batches, OpenResponses openResponses, LiveResponse.Limits limits) {
        this.batches = batches;
        this.openResponses = openResponses;
        this.limits = limits;
    }

    public void events(RoutingContext ctx) {
        var caller = Caller.of(ctx);
        batches.get(ctx.pathParam("batch"), caller).onFailure(ctx::fail).onSuccess(batch -> {
            if (ctx.response().closed()) {
                return;
            }
            if (LiveStreams.beginEvents(ctx)) {
                new Progress(ctx, caller).start(batch);
            }
        });
    }

    /** Asks once a second, and sends what has changed. */
    private final class Progress implements OpenResponses.OpenResponse {
        private final RoutingContext ctx;
        private final Caller caller;
        private final String id;
        private @Nullable JsonNode sent;
        private long sentAt;
        private long timer = -1;
        private boolean isOver;

        Progress(RoutingContext ctx, Caller caller) {
            this.ctx = ctx;
            this.caller = caller;
            this.id = ctx.pathParam("batch");
        }

        void start(JsonNode batch) {
            openResponses.add(this, ctx.vertx().getOrCreateContext(), Authenticated.access(ctx));
            ctx.addEndHandler(over -> close());
            ctx.response().writeHead();
            show(batch);
        }

        private void ask(long now) {
            // The registry checks the login again. While it cannot be asked, the client sees heartbeats.
            batches.get(id, caller).onComplete(asked -> {
                if (asked.succeeded()) {
                    show(asked.result());
                } else {
                    waitFor();
                }
            });
        }

        private void show(JsonNode batch) {
            if (isOver || ctx.response().closed()) {
                return;
            }
            if (!batch.path("endedAt").isNull()) {
                write(progress(batch));
                write(Buffer.buffer(EventFrames.END));
                ctx.end();
                return;
            }
            if (!batch.equals(sent) && !ctx.response().writeQueueFull()) {
                sent = batch;
                write(progress(batch));
            }
            waitFor();
        }

        private void waitFor() {
            if (isOver) {
                return;
            }
            if (System.nanoTime() - sentAt > limits.heartbeat().toNanos()) {
                if (ctx.response().writeQueueFull()) {
                    stop();
                    return;
                }
                write(Buffer.buffer(EventFrames.COMMENT));
            }
            timer = ctx.vertx().setTimer(PAUSE_MS, this::ask);
        }

        private void write(Buffer frame) {
            sentAt = System.nanoTime();
            ctx.response().write(frame);
        }

        private static Buffer progress(JsonNode batch) {
            return Buffer.buffer("event: progress\ndata: ")
                    .appendBytes(Codec.write(batch))
                    .appendString("\n\n");
        }

        @Override
        public void check() {
            // It asks anyway.
        }

        @Override
        public void stop() {
            close();
            HttpService.breakOff(ctx);
        }

        private void close() {
            isOver = true;
            ctx.vertx().cancelTimer(timer);
            openResponses.remove(this);
        }
    }
}
