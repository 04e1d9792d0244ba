package dev.faas.cli.run;

import dev.faas.cli.output.ControlCharacters;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Writes what a command wrote: unchanged, or on a terminal as text whose control characters are escaped. */
public final class OutputSink {
    private static final Pattern OPEN_ESCAPE = Pattern.compile("\u001b(\\[[0-9;:]{0,32})?$");
    private static final int LONGEST_ESCAPE = 40;

    private final Consumer<byte[]> target;
    private final boolean forTerminal;
    private final CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();
    /** The beginning of a character, when a piece ends inside one. */
    private ByteBuffer openCharacter = ByteBuffer.allocate(0);
    /** The beginning of a colour, when a piece ends inside one. */
    private String openEscape = "";

    private boolean binary;
    private long received;
    private byte last = '\n';

    OutputSink(Consumer<byte[]> target, boolean forTerminal) {
        this.target = target;
        this.forTerminal = forTerminal;
    }

    /** Bytes since the last {@link #restart}, written or not. */
    long received() {
        return received;
    }

    /** Another attempt begins: what comes now is not the continuation of what came before. */
    void restart() {
        received = 0;
        finish();
    }

    boolean isAtLineStart() {
        return last == '\n';
    }

    /** Whether it was left out, because it is for a terminal and no text. */
    public boolean isBinary() {
        return binary;
    }

    public void write(byte[] bytes) {
        if (bytes.length == 0) {
            return;
        }
        received += bytes.length;
        if (!forTerminal) {
            target.accept(bytes);
            last = bytes[bytes.length - 1];
        } else if (!binary) {
            show(bytes);
        }
    }

    private void show(byte[] bytes) {
        var in = ByteBuffer.allocate(openCharacter.remaining() + bytes.length)
                .put(openCharacter)
                .put(bytes)
                .flip();
        var out = CharBuffer.allocate(in.remaining() + 1);
        binary = utf8.reset().decode(in, out, false).isError();
        openCharacter = in.slice();
        var text = openEscape + out.flip();
        if (binary || text.indexOf('\0') >= 0) {
            binary = true;
            return;
        }
        int tail = Math.max(0, text.length() - LONGEST_ESCAPE);
        var open = OPEN_ESCAPE.matcher(text).region(tail, text.length());
        int end = open.find() ? open.start() : text.length();
        openEscape = text.substring(end);
        print(text.substring(0, end));
    }

    /** Writes what was held back. */
    public void finish() {
        var rest = openEscape;
        openEscape = "";
        if (openCharacter.hasRemaining()) {
            openCharacter = ByteBuffer.allocate(0);
            rest += "\ufffd";
        }
        if (!binary) {
            print(rest);
        }
    }

    private void print(String text) {
        if (!text.isEmpty()) {
            target.accept(ControlCharacters.escapeOutput(text).getBytes(StandardCharsets.UTF_8));
            last = (byte) text.charAt(text.length() - 1);
        }
    }
}
