package dev.faas.cli.definition;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import dev.faas.cli.http.ApiFailure;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The caller's things of one kind on the platform. Failures name what the user typed. */
public interface Resources {
    /** Of a change, while others are faster. */
    int MAX_ATTEMPTS = 5;

    Fields fields();

    Doc get(String ref);

    Optional<Doc> find(String name);

    /** By name; what is not there is left out. */
    default Map<String, Doc> findAll(List<String> names) {
        var found = new HashMap<String, Doc>();
        names.forEach(name -> find(name).ifPresent(thing -> found.put(name, thing)));
        return found;
    }

    /** Creates it exactly once. */
    Doc create(Doc body);

    /** Replaces what has not changed since it was read.
     *
     * @throws ApiFailure 412 when it has
     */
    Doc replace(Doc read, Doc body);

    void delete(String name);

    /** What the server would store.
     *
     * @param current null: a new one
     * @throws ApiFailure when the server would refuse it
     */
    Doc preview(Doc body, @Nullable Doc current);

    /** Whether a replacement by this would change nothing. */
    boolean isSame(Doc body, Doc stored);

    /** Its name for people, with its revision where it has one. */
    String title(Doc stored);

    /** What {@link #update} left. */
    record UpdateResult(Doc stored, boolean hasChanged) {}

    /** Applies a change to {@code first}, and to what is there when another change was faster. */
    default UpdateResult update(Doc first, UnaryOperator<Doc> change) {
        var current = first;
        for (int attempt = 1; ; attempt++) {
            var next = change.apply(fields().body(current));
            if (isSame(next, current)) {
                return new UpdateResult(current, attempt > 1);
            }
            try {
                return new UpdateResult(replace(current, next), true);
            } catch (ApiFailure e) {
                if (e.status() != 412 || attempt == MAX_ATTEMPTS) {
                    throw e;
                }
                current = get(first.text(Field.NAME));
            }
        }
    }

    /**
     * Calls until it is clear what happened: after an answer that leaves that open, it reads and compares.
     *
     * @param exists the code of the refusal of a name that is taken
     * @param find what has the name by now; may fail
     * @param isOurs whether that is what the call was to make
     */
    static Doc createOnce(Supplier<Doc> call, String exists, Supplier<Optional<Doc>> find, Predicate<Doc> isOurs) {
        for (int attempt = 1; ; attempt++) {
            try {
                return call.get();
            } catch (Failure e) {
                boolean isTaken =
                        e instanceof ApiFailure refused && refused.code().equals(exists);
                if (isTaken ? !((ApiFailure) e).isAfterRepeat() : !isUnclear(e)) {
                    throw e;
                }
                var stored = findAfter(e, find);
                if (stored.isPresent() || attempt == MAX_ATTEMPTS) {
                    return stored.filter(isOurs).orElseThrow(() -> e);
                }
            }
        }
    }

    private static boolean isUnclear(Failure e) {
        return e.exit() == Exit.UNAVAILABLE && !(e instanceof ApiFailure refused && refused.status() == 429);
    }

    private static Optional<Doc> findAfter(Failure cause, Supplier<Optional<Doc>> find) {
        try {
            return find.get();
        } catch (Failure unreachable) {
            unreachable.addSuppressed(cause);
            throw cause;
        }
    }
}
