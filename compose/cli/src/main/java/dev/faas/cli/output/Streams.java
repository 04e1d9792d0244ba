package dev.faas.cli.output;

import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Writes to standard output and standard error, without the buffering and the swallowed errors of {@code System.out}. The
 * progress line is removed before anything else is written. Thread-safe.
 */
public final class Streams {
    private final OutputStream out;
    private final OutputStream err;
    private boolean progressShown;

    public Streams(OutputStream out, OutputStream err) {
        this.out = out;
        this.err = err;
    }

    public static Streams ofProcess() {
        return new Streams(new FileOutputStream(FileDescriptor.out), new FileOutputStream(FileDescriptor.err));
    }

    public void out(String text) {
        out(text.getBytes(StandardCharsets.UTF_8));
    }

    public synchronized void out(byte[] bytes) {
        removeProgress();
        try {
            out.write(bytes);
        } catch (IOException e) {
            throw failureOf(e);
        }
    }

    public void err(String text) {
        err(text.getBytes(StandardCharsets.UTF_8));
    }

    public synchronized void err(byte[] bytes) {
        removeProgress();
        writeErr(bytes);
    }

    /** Replaces the progress line; an empty text removes it. */
    synchronized void progress(String line) {
        if (line.isEmpty()) {
            removeProgress();
        } else {
            writeErr(("\r\u001b[K" + line).getBytes(StandardCharsets.UTF_8));
            progressShown = true;
        }
    }

    private void removeProgress() {
        if (progressShown) {
            progressShown = false;
            writeErr("\r\u001b[K".getBytes(StandardCharsets.UTF_8));
        }
    }

    private void writeErr(byte[] bytes) {
        try {
            err.write(bytes);
        } catch (IOException nobodyReadsIt) {
            // There is no other place to say so.
        }
    }

    private static RuntimeException failureOf(IOException e) {
        var reason = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        return reason.contains("pipe") || reason.contains("reset")
                ? new ClosedPipe(e)
                : new Failure(Exit.UNAVAILABLE, "cannot write the output: " + e.getMessage());
    }
}
