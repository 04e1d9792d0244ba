package dev.faas.cli.run;

import dev.faas.cli.Doc;
import dev.faas.cli.Failure;
import dev.faas.cli.http.ActivationPath;
import dev.faas.cli.http.Api;
import dev.faas.cli.http.Request;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Waits until an activation has ended, also while the platform is away. */
public final class ActivationWait {
    private static final long LONGEST_REQUEST_S = 20;
    private static final long ANSWER_S = 15;

    private ActivationWait() {}

    /**
     * @param limit null: none
     * @param trouble is told why there is no contact at the moment; an empty text: there is contact
     * @return its last known state, which is no end when the time was over before
     */
    public static Outcome await(Api api, String id, @Nullable Duration limit, Consumer<String> trouble)
            throws InterruptedException {
        var contact = api.outageWindow(() -> "It may still run: faas attach " + id, trouble);
        var latest = new Outcome(Doc.empty().with("activationId", id));
        long begin = System.nanoTime();
        while (true) {
            long left = limit == null
                    ? LONGEST_REQUEST_S
                    : Math.ceilDiv(
                            limit.toMillis()
                                    - Duration.ofNanos(System.nanoTime() - begin)
                                            .toMillis(),
                            1_000L);
            long seconds = Math.clamp(left, 0, LONGEST_REQUEST_S);
            try {
                latest = new Outcome(api.retryFor(Duration.ZERO)
                        .document(Request.get(ActivationPath.of(id) + "?wait=" + seconds)
                                .readLimit(Duration.ofSeconds(seconds + ANSWER_S))));
                contact.established();
                if (latest.hasEnded()) {
                    return latest;
                }
            } catch (Failure e) {
                contact.lost(e);
            }
            if (left <= 0) {
                return latest;
            }
        }
    }
}
