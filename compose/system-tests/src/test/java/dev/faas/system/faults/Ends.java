package dev.faas.system.faults;

import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationRecord.Ended;
import dev.faas.testing.Pause;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Counts the ends of an activation in the event stream. */
public final class Ends {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(500);
    private static final int ANSWER_SECONDS = 10;

    private Ends() {}

    /**
     * The number of ends; one is correct. Events are not removed within a quarter of an hour.
     *
     * @param until of {@link System#nanoTime}: until then failed requests are repeated
     */
    public static int count(ActivationEvents events, String id, long until)
            throws IOException, InterruptedException, TimeoutException {
        int ends = 0;
        long from = 1;
        while (true) {
            try {
                var state = events.nextState(id, from).get(ANSWER_SECONDS, TimeUnit.SECONDS);
                if (state.isEmpty()) {
                    return ends;
                }
                ends += state.get().record() instanceof Ended ? 1 : 0;
                from = state.get().sequence() + 1;
            } catch (ExecutionException away) {
                if (System.nanoTime() > until) {
                    throw new IOException("the stream cannot be read in the end", away);
                }
                Pause.of(LOOK_AGAIN);
            }
        }
    }
}
