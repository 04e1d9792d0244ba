package dev.faas.registry.ledger;

import dev.faas.activation.RunOutput;
import dev.faas.lifecycle.Blocking;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;

/** What the final run of an activation wrote to one of its streams, with one chunk in memory at a time. Blocks. */
final class FinalOutput extends InputStream {
    /** Called where the output ends too early: fails when that is no end. */
    @FunctionalInterface
    interface Shortfall {
        void check() throws Exception;
    }

    private final RunOutput output;
    private final long length;
    private final Shortfall shortfall;
    private byte[] chunk = new byte[0];
    private int position;

    /** @param length as its record says */
    FinalOutput(RunOutput output, long length, Shortfall shortfall) {
        this.output = output;
        this.length = length;
        this.shortfall = shortfall;
    }

    /** Fills as much as there is: an object's pieces are to be large. */
    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int done = 0;
        while (done < length && more()) {
            int some = Math.min(length - done, chunk.length - position);
            System.arraycopy(chunk, position, into, offset + done, some);
            position += some;
            done += some;
        }
        return done == 0 && length > 0 ? -1 : done;
    }

    @Override
    public int read() throws IOException {
        return more() ? chunk[position++] & 0xff : -1;
    }

    private boolean more() throws IOException {
        while (position == chunk.length) {
            var next = next();
            if (next.length == 0) {
                return false;
            }
            chunk = next;
            position = 0;
        }
        return true;
    }

    private byte[] next() throws IOException {
        try {
            var next = Blocking.await(output.next());
            if (next.isEmpty() && output.bytesRead() < length) {
                shortfall.check();
            }
            return next.orElseGet(() -> new byte[0]);
        } catch (InterruptedException e) {
            throw (InterruptedIOException) new InterruptedIOException().initCause(e);
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            // As such the object store undoes what it has begun, and the projector tries again.
            throw new IOException("output could not be read", e);
        }
    }
}
