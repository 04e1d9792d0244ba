package dev.faas.http.content;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Names a range of a body, as requested by a {@code Range} header (RFC 9110, 14).
 *
 * @param from position of the first byte
 * @param to position after the last byte
 */
record ByteRange(long from, long to) {
    /** The meaning of the header. */
    sealed interface Requested {
        /** Without a range, or with one that is not understood: the answer is the whole body. */
        record Whole() implements Requested {}

        record Part(ByteRange range) implements Requested {}

        /** The range begins after the last byte. */
        record Unsatisfiable() implements Requested {}
    }

    private static final Pattern ONE =
            Pattern.compile("(?i)bytes=[ \\t]*(?:([0-9]{1,18})-([0-9]{0,18})|-([0-9]{1,18}))[ \\t]*");
    private static final Requested WHOLE = new Requested.Whole();
    private static final Requested UNSATISFIABLE = new Requested.Unsatisfiable();

    /** Several ranges, and any range of an empty body, mean the whole body, as the RFC allows. */
    static Requested of(List<String> headers, long length) {
        if (headers.size() != 1 || length == 0) {
            return WHOLE;
        }
        var match = ONE.matcher(withoutEmptyElements(headers.getFirst()));
        if (!match.matches()) {
            return WHOLE;
        }
        if (match.group(3) != null) {
            long last = Long.parseLong(match.group(3));
            return last == 0 ? UNSATISFIABLE : part(Math.max(0, length - last), length);
        }
        long first = Long.parseLong(match.group(1));
        long last = match.group(2).isEmpty() ? Long.MAX_VALUE : Long.parseLong(match.group(2));
        if (last < first) {
            return WHOLE;
        }
        return first >= length ? UNSATISFIABLE : part(first, Math.min(last, length - 1) + 1);
    }

    private static Requested part(long from, long to) {
        return new Requested.Part(new ByteRange(from, to));
    }

    /** Lists may contain empty elements: {@code bytes=0-1,} is one range. */
    private static String withoutEmptyElements(String header) {
        var elements = Arrays.stream(header.split(",", -1))
                .filter(each -> !each.isBlank())
                .toList();
        return elements.size() == 1 ? elements.getFirst() : header;
    }

    static Optional<ByteRange> whole(long length) {
        return length == 0 ? Optional.empty() : Optional.of(new ByteRange(0, length));
    }

    /** The value of {@code Content-Range}. */
    String contentRange(long length) {
        return "bytes " + from + "-" + (to - 1) + "/" + length;
    }
}
