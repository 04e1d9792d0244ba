package dev.faas.dispatcher.delivery;

import dev.faas.activation.RunSpec;
import dev.faas.destination.DestinationSpec.FunctionTarget;
import dev.faas.nats.ObjectBucket;
import dev.faas.nats.StoredObject;
import dev.faas.pg.FunctionRevisionStore;
import dev.faas.pg.Pg;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Subjects;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Tuple;
import java.util.Optional;

/** Reads and stores what calls of functions by deliveries need. */
final class FunctionCallStore {
    /** @param isNew false: an earlier attempt may have submitted it */
    record SubmitId(String id, boolean isNew) {}

    private final Pg pg;
    private final ObjectBucket outputs;

    FunctionCallStore(Pg pg, ObjectBucket outputs) {
        this.pg = pg;
        this.outputs = outputs;
    }

    /** The id that the delivery has, or else {@code fresh}, which it has from now on. Empty when it is not pending any more. */
    Future<Optional<SubmitId>> claimId(String delivery, String fresh) {
        return pg.withPool(pool -> pool.preparedQuery("""
                        update delivery set submit_id = coalesce(submit_id, $2) where id = $1 and state = 'pending'
                        returning submit_id""")
                .execute(Tuple.of(delivery, fresh))
                .map(rows -> rows.stream()
                        .map(row -> row.getString("submit_id"))
                        .map(id -> new SubmitId(id, id.equals(fresh)))
                        .findFirst()));
    }

    /** Nothing was accepted under this id: the next attempt has another one. */
    Future<Void> dropId(String delivery, String id) {
        return pg.update(
                        "update delivery set submit_id = null where id = $1 and submit_id = $2 and state = 'pending'",
                        Tuple.of(delivery, id))
                .mapEmpty();
    }

    /** Empty when it has been deleted. */
    Future<Optional<FunctionRevision>> findFunction(String owner, FunctionTarget target) {
        return FunctionRevisionStore.find(pg, owner, target.id(), target.revision());
    }

    /** Of an ended activation, no longer than an argument may be; empty when it has been removed. */
    Future<Optional<Buffer>> findResult(String activation) {
        return pg.withPool(pool -> pool.preparedQuery("""
                        select result, result_apart from activation where id = $1 and (result is null or octet_length(result) <= $2)""").execute(Tuple.of(activation, RunSpec.MAX_ARGUMENT_BYTES)))
                .compose(rows -> rows.stream()
                        .findFirst()
                        .map(row -> row.getBoolean("result_apart")
                                ? fetch(activation)
                                : Future.succeededFuture(Optional.ofNullable(row.getBuffer("result"))))
                        .orElseGet(() -> Future.succeededFuture(Optional.empty())));
    }

    private Future<Optional<Buffer>> fetch(String activation) {
        return Future.fromCompletionStage(outputs.open(Subjects.resultObject(activation)))
                .compose(found -> found.filter(object -> object.size() <= RunSpec.MAX_ARGUMENT_BYTES)
                        .map(object -> readRest(object, Buffer.buffer()).map(Optional::of))
                        .orElseGet(() -> Future.succeededFuture(Optional.empty())));
    }

    private static Future<Buffer> readRest(StoredObject object, Buffer begin) {
        return Future.fromCompletionStage(object.next())
                .compose(next -> next.isEmpty()
                        ? Future.succeededFuture(begin)
                        : readRest(object, begin.appendBytes(next.get())));
    }
}
