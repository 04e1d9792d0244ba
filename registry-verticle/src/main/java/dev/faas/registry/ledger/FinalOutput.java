package dev.faas.registry.ledger;

import dev.faas.activation.RunOutput;
import dev.faas.lifecycle.Blocking;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;

/** Reads what the final run of an activation wrote to one of its streams, one chunk in memory at a time. Blocks. */
final class FinalOutput extends InputStream {
    /** Called when the output ends before its length; throws if the missing part must not be ignored. */
    @FunctionalInterface
    interface EarlyEndCheck {
        void check() throws Exception;
    }

    private final RunOutput output;
    private final long length;
    private final EarlyEndCheck earlyEnd;
    private byte[] chunk = new byte[0];
    private int position;

    /** @param length of the output according to the record */
    FinalOutput(RunOutput output, long length, EarlyEndCheck earlyEnd) {
        this.output = output;
        this.length = length;
        this.earlyEnd = earlyEnd;
    }

    /** Fills the whole buffer if it can, so that the pieces of the stored object are large. */
    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int done = 0;
        while (done < length && fillChunk()) {
            int some = Math.min(length - done, chunk.length - position);
            System.arraycopy(chunk, position, into, offset + done, some);
            position += some;
            done += some;
        }
        return done == 0 && length > 0 ? -1 : done;
    }

    @Override
    public int read() throws IOException {
        return fillChunk() ? chunk[position++] & 0xff : -1;
    }

    private boolean fillChunk() throws IOException {
        while (position == chunk.length) {
            var next = readChunk();
            if (next.length == 0) {
                return false;
            }
            chunk = next;
            position = 0;
        }
        return true;
    }

    private byte[] readChunk() throws IOException {
        try {
            var next = Blocking.await(output.next());
            if (next.isEmpty() && output.bytesRead() < length) {
                earlyEnd.check();
            }
            return next.orElseGet(() -> new byte[0]);
        } catch (InterruptedException e) {
            throw (InterruptedIOException) new InterruptedIOException().initCause(e);
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            // On an IOException the object store removes what it has written, and the projector tries again.
            throw new IOException("output of the run could not be read", e);
        }
    }
}
