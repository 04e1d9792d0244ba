package dev.faas.cli;

import dev.faas.cli.http.ApiFailure;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Consumer;

/** Changes several things one after the other, and goes on after one that is not there or may not be changed. */
public final class EachOf {
    private EachOf() {}

    /** @return the exit code of the first failure */
    public static int change(Session session, List<String> names, Consumer<String> change) {
        int exit = Exit.OK;
        for (var name : new LinkedHashSet<>(names)) {
            try {
                change.accept(name);
            } catch (ApiFailure e) {
                boolean wasDeletedByAnEarlierTry = e.status() == 404 && e.isAfterRepeat();
                if (wasDeletedByAnEarlierTry) {
                    continue;
                }
                if (e.status() != 404 && e.status() != 409) {
                    throw e;
                }
                session.output().error(e.text(), e.advice());
                exit = exit == Exit.OK ? e.exit() : exit;
            }
        }
        return exit;
    }
}
