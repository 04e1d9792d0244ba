package dev.faas.dispatcher.job;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.faas.acceptance.SubmitRequest;
import dev.faas.activation.Activation;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.RunSpec;
import dev.faas.batch.ItemIds;
import dev.faas.dispatcher.job.ClaimedJob.Item;
import dev.faas.dispatcher.submit.NamedSubmits;
import dev.faas.dispatcher.submit.SubmitOrigin;
import dev.faas.lifecycle.Blocking;
import dev.faas.nats.ObjectBucket;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Subjects;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Submits activations of one page again, as items of the job's batch, under ids that follow from their indexes. */
final class Replays implements Work {
    private static final TypeReference<RunSpec> RUN_SPEC = new TypeReference<>() {};
    private static final Duration SUSPENDED_WAIT = Duration.ofMinutes(1);

    private final ClaimedJob job;
    private final String batch;
    private final JobStore store;
    private final NamedSubmits submits;
    private final ObjectBucket outputs;
    private final Map<String, Future<Optional<FunctionRevision>>> functions = new ConcurrentHashMap<>();

    Replays(ClaimedJob job, JobStore store, NamedSubmits submits, ObjectBucket outputs) {
        this.job = job;
        this.batch = Objects.requireNonNull(job.job().batchId());
        this.store = store;
        this.submits = submits;
        this.outputs = outputs;
    }

    @Override
    public Outcome act(Item item, Subject subject) throws Exception {
        var id = new ItemIds(batch, job.seed().getBytes()).id(item.index());
        boolean mayBeAccepted = !job.page().isEmpty();
        if (mayBeAccepted && Blocking.await(submits.isAccepted(id, submits::findInLedger))) {
            return new Outcome.Done(id);
        }
        if (job.isTooOld()) {
            return Outcome.FAILED;
        }
        var owner = job.job().owner();
        if (submits.isSuspended(owner)) {
            return new Outcome.Later(SUSPENDED_WAIT);
        }
        var activation = subject.record().activation();
        var function = Blocking.await(functions.computeIfAbsent(
                activation.function().id(), functionId -> store.findFunction(owner, functionId)));
        var original = findAccepted(activation, subject);
        if (function.isEmpty() || original.isEmpty()) {
            return Outcome.FAILED;
        }
        var request = SubmitRequest.replay(
                original.get(),
                function.get(),
                Optional.empty(),
                new Activation.Batch(batch, item.index(), null, item.id()),
                new SubmitOrigin(job.id()));
        Blocking.await(submits.accept(id, request, submits::findInLedger));
        return new Outcome.Done(id);
    }

    /** Its argument may have expired. */
    private Optional<ActivationRecord.Queued> findAccepted(Activation activation, Subject subject) throws Exception {
        var argument = subject.argument();
        var bytes = argument != null
                ? Optional.of(argument.getBytes())
                : subject.isApart() ? outputs.get(Subjects.argumentObject(activation.id())) : Optional.<byte[]>empty();
        return bytes.isEmpty()
                ? Blocking.await(submits.events().acceptedState(activation.id()))
                : bytes.map(spec -> ActivationRecord.accept(activation, Codec.read(spec, RUN_SPEC)));
    }
}
