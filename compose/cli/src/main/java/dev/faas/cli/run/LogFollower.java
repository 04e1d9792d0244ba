package dev.faas.cli.run;

import dev.faas.cli.Doc;
import dev.faas.cli.http.Api;
import dev.faas.cli.http.Event;
import dev.faas.cli.http.EventReader;
import java.util.Arrays;

/** Prints the log of an activation that has not ended, without what was printed before. What the event stream does not keep any
 * more comes from the stored log.
 */
final class LogFollower {
    private final Api api;
    private final String id;
    private final OutputSink sink;
    private final long firstAttempt;
    private final long printed;
    private Doc latest = Doc.empty();
    private long attempt;
    /** Bytes of this attempt, printed or not. */
    private long received;

    /**
     * @param firstAttempt earlier ones are left out; 0: none is
     * @param printed how many bytes of it were printed before
     */
    LogFollower(Api api, String id, OutputSink sink, long firstAttempt, long printed) {
        this.api = api;
        this.id = id;
        this.sink = sink;
        this.firstAttempt = firstAttempt;
        this.printed = printed;
    }

    void follow() throws InterruptedException {
        new EventReader(api, id, "", trouble -> {}).read(this::take);
        long done = Math.max(received, printedOf(attempt));
        if (latest.number("logBytes") > done) {
            StoredOutput.log(api, id).copy(done, sink::write);
        }
    }

    private long printedOf(long of) {
        return of <= firstAttempt ? printed : 0;
    }

    private void take(Event event) {
        if (event.type().equals("state")) {
            latest = LiveOutput.parse(event);
            if (latest.text("status").equals("running") && latest.number("attempt") != attempt) {
                attempt = latest.number("attempt");
                received = 0;
            }
        } else if (event.type().equals("log") && attempt >= firstAttempt) {
            var bytes = LiveOutput.bytes(LiveOutput.parse(event));
            int skipped = Math.clamp(printedOf(attempt) - received, 0, bytes.length);
            received += bytes.length;
            sink.write(Arrays.copyOfRange(bytes, skipped, bytes.length));
        }
    }
}
