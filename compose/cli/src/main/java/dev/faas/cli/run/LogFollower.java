package dev.faas.cli.run;

import dev.faas.cli.http.Api;
import dev.faas.cli.http.Event;
import dev.faas.cli.http.EventReader;
import java.util.Arrays;

/** Prints the log of an activation that has not ended, without what was printed before. */
final class LogFollower {
    private final Api api;
    private final String id;
    private final OutputSink sink;
    private final long firstAttempt;
    private long skip;
    private boolean active;

    /**
     * @param firstAttempt earlier ones are left out; 0: none is
     * @param skip how many bytes of it are left out
     */
    LogFollower(Api api, String id, OutputSink sink, long firstAttempt, long skip) {
        this.api = api;
        this.id = id;
        this.sink = sink;
        this.firstAttempt = firstAttempt;
        this.skip = skip;
        this.active = firstAttempt == 0;
    }

    void follow() throws InterruptedException {
        new EventReader(api, id, "", trouble -> {}).read(this::take);
    }

    private void take(Event event) {
        if (event.type().equals("state")) {
            var state = LiveOutput.parse(event);
            active = active || (state.text("status").equals("running") && state.number("attempt") >= firstAttempt);
        } else if (event.type().equals("log") && active) {
            var bytes = LiveOutput.bytes(LiveOutput.parse(event));
            int skipped = (int) Math.min(skip, bytes.length);
            skip -= skipped;
            sink.write(Arrays.copyOfRange(bytes, skipped, bytes.length));
        }
    }
}
