package dev.faas.gateway.batch;

import dev.faas.acceptance.Submission;
import dev.faas.gateway.forward.BatchClient;
import dev.faas.gateway.forward.Caller;
import dev.faas.http.Bodies;
import dev.faas.wire.Problem;
import dev.faas.wire.ProblemException;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.parsetools.RecordParser;
import io.vertx.ext.web.RoutingContext;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes the items of one request to the {@link ItemSubmitter}, so many at a time, and answers when all of them have their
 * outcome. Runs on the event loop of its request.
 */
final class BatchSubmission {
    private static final Logger LOG = LoggerFactory.getLogger(BatchSubmission.class);
    private static final int MOST_IN_FLIGHT = 256;
    /** Those that are refused at once are not in flight: other requests get their turn after so many. */
    private static final int MOST_A_TURN = 256;
    /** As of a single submit. */
    private static final int MOST_LINE_BYTES = 1 << 20;

    private final RoutingContext ctx;
    private final String batch;
    private final ItemSubmitter submitter;
    private final BatchAnswer answer;
    private final BatchClient batches;
    private final Caller caller;
    private final BooleanSupplier mayContinue;
    private final MeterRegistry meters;
    private Runnable progress = () -> {};
    private Runnable more = () -> {};
    private int next;
    private int inFlight;
    private boolean isGoingOn;
    private boolean isComplete;
    private boolean isOver;
    /** Of a request that ended before all items had their outcome. */
    private boolean isCutOff;

    BatchSubmission(
            RoutingContext ctx,
            String batch,
            ItemSubmitter submitter,
            BatchAnswer answer,
            BatchClient batches,
            BooleanSupplier mayContinue,
            MeterRegistry meters) {
        this.ctx = ctx;
        this.batch = batch;
        this.submitter = submitter;
        this.answer = answer;
        this.batches = batches;
        this.caller = Caller.of(ctx);
        this.mayContinue = mayContinue;
        this.meters = meters;
        answer.whenDrained(this::goOn);
    }

    void submitAll(BatchBody body) {
        var loop = ctx.vertx().getOrCreateContext();
        more = () -> {
            int last = Math.min(body.size(), next + MOST_A_TURN);
            while (next < last && hasRoom()) {
                int index = next;
                submit(() -> body.items().apply(index));
            }
            isComplete = next == body.size();
            if (!isComplete && hasRoom()) {
                loop.runOnContext(now -> goOn());
            }
        };
        goOn();
    }

    /** @param most items */
    void submitLines(int most) {
        var request = ctx.request();
        var lines = RecordParser.newDelimited("\n", request).maxRecordSize(MOST_LINE_BYTES);
        progress = Bodies.limitPauses(ctx, () -> {
            if (!isOver) {
                isOver = true;
                answer.failSlow();
                giveUp();
            }
        });
        more = () -> {
            if (hasRoom()) {
                lines.resume();
            }
        };
        lines.exceptionHandler(failure -> fail(Problem.tooLarge(
                        "body_too_large",
                        "Body too large",
                        "A line of the body has more than " + MOST_LINE_BYTES + " bytes, or the body was cut off.",
                        MOST_LINE_BYTES)
                .asException()));
        lines.endHandler(end -> {
            isComplete = true;
            endIfComplete();
        });
        lines.handler(line -> {
            if (isOver || isBlank(line.getBytes())) {
                return;
            }
            progress.run();
            if (next == most) {
                fail(BatchBody.tooLarge(most, "Those before were accepted. Submit several batches."));
                return;
            }
            submit(() -> BatchBody.line(line.getBytes()));
            if (!hasRoom()) {
                lines.pause();
            }
        });
        request.resume();
    }

    private static boolean isBlank(byte[] line) {
        for (byte each : line) {
            if (each != ' ' && each != '\r' && each != '\t') {
                return false;
            }
        }
        return true;
    }

    private boolean hasRoom() {
        return !isOver && inFlight < MOST_IN_FLIGHT && !answer.isFull();
    }

    private void submit(Supplier<Submission> item) {
        int index = next++;
        if (ctx.response().closed() || !mayContinue.getAsBoolean()) {
            fail(Problem.unauthenticated("This login has been ended. Log in again.")
                    .asException());
            return;
        }
        inFlight++;
        Future.succeededFuture()
                .compose(now -> submitter.submit(index, item.get()))
                .onComplete(done -> {
                    inFlight--;
                    progress.run();
                    if (done.succeeded()) {
                        answer.accepted(index, done.result());
                        count("accepted");
                    } else {
                        answer.rejected(index, toProblem(done.cause()));
                        count("rejected");
                    }
                    if (isCutOff) {
                        giveUpIfIdle();
                    } else {
                        goOn();
                    }
                });
    }

    private static Problem toProblem(Throwable failure) {
        if (failure instanceof ProblemException refused) {
            return refused.problem();
        }
        LOG.error("item of a batch failed", failure);
        return Problem.internal();
    }

    /** An item that is refused at once gets here from within {@code more}, which goes on by itself. */
    private void goOn() {
        if (isGoingOn) {
            return;
        }
        if (!isComplete) {
            isGoingOn = true;
            try {
                more.run();
            } finally {
                isGoingOn = false;
            }
        }
        endIfComplete();
    }

    private void endIfComplete() {
        if (isOver || !isComplete || inFlight > 0) {
            return;
        }
        isOver = true;
        batches.close(batch, answer.accepted(), answer.rejected(), caller)
                .onFailure(failure -> LOG.warn("batch not closed batch={} cause={}", batch, failure.getMessage()))
                .onComplete(closed -> answer.end());
    }

    private void fail(RuntimeException failure) {
        if (!isOver) {
            isOver = true;
            answer.fail(failure);
            giveUp();
        }
    }

    private void giveUp() {
        isCutOff = true;
        giveUpIfIdle();
    }

    /** Else the batch would count as open until the dispatcher gives it up. */
    private void giveUpIfIdle() {
        if (inFlight == 0) {
            batches.giveUp(batch, answer.accepted(), answer.rejected(), caller)
                    .onFailure(
                            failure -> LOG.warn("batch not given up batch={} cause={}", batch, failure.getMessage()));
        }
    }

    private void count(String outcome) {
        meters.counter("faas.batch.items", "outcome", outcome).increment();
    }
}
