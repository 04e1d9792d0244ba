package dev.faas.http;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Sends header values in HTTP/2 frames (RFC 9113) that no client library would send. */
final class Http2Connection implements AutoCloseable {
    /** Indexes of the static table (RFC 7541, appendix A): the first byte of the answer's headers. */
    static final int STATUS_200 = 0x80 | 8;

    static final int STATUS_400 = 0x80 | 12;

    private static final int HEADERS = 1;
    private static final int SETTINGS = 4;
    private static final int END_STREAM_AND_HEADERS = 5;
    private static final int HAS_PRIORITY = 0x20;
    private static final int PRIORITY_BYTES = 5;

    private final Socket socket;
    private final DataOutputStream out;
    private final DataInputStream in;
    private int stream = -1;

    Http2Connection(Socket socket) throws IOException {
        this.socket = socket;
        this.out = new DataOutputStream(socket.getOutputStream());
        this.in = new DataInputStream(socket.getInputStream());
        out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        write(SETTINGS, 0, 0, new byte[0]);
    }

    /** The first byte of the answer's headers, which is its status. */
    int get(String path, String name, String value) throws IOException {
        stream += 2;
        var block = new ByteArrayOutputStream();
        add(block, ":method", "GET");
        add(block, ":scheme", "https");
        add(block, ":authority", "localhost");
        add(block, ":path", path);
        add(block, name, value);
        write(HEADERS, END_STREAM_AND_HEADERS, stream, block.toByteArray());
        while (true) {
            int length = (in.readUnsignedByte() << 16) | in.readUnsignedShort();
            int type = in.readUnsignedByte();
            int flags = in.readUnsignedByte();
            int onStream = in.readInt();
            var payload = in.readNBytes(length);
            if (type == HEADERS && onStream == stream) {
                return payload[(flags & HAS_PRIORITY) == 0 ? 0 : PRIORITY_BYTES] & 0xff;
            }
        }
    }

    /** A literal that is not indexed, and not compressed. */
    private static void add(ByteArrayOutputStream block, String name, String value) {
        block.write(0);
        add(block, name);
        add(block, value);
    }

    private static void add(ByteArrayOutputStream block, String text) {
        block.write(text.length());
        block.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private void write(int type, int flags, int onStream, byte[] payload) throws IOException {
        out.writeByte(payload.length >>> 16);
        out.writeShort(payload.length);
        out.writeByte(type);
        out.writeByte(flags);
        out.writeInt(onStream);
        out.write(payload);
        out.flush();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
