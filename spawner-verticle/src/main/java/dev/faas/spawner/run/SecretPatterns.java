package dev.faas.spawner.run;

import dev.faas.spawner.engine.SecretValues;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Finds secrets in a stream of bytes, each byte once whatever the secrets and the bytes are: the automaton of Aho and
 * Corasick. A state stands for the longest end of the stream that begins a pattern.
 */
final class SecretPatterns {
    /** The shortest value, or line of a value, that is looked for. */
    static final int MIN_BYTES = 8;

    static final int START = 0;
    private static final int NONE = -1;

    private final byte[] label;
    private final int[] firstChild;
    private final int[] sibling;
    private final int[] fallback;
    private final int[] depth;
    private final int[] longestMatch;
    private final int[] childOfStart = new int[256];
    private int states = 1;

    private SecretPatterns(List<byte[]> patterns) {
        int most = 1 + patterns.stream().mapToInt(pattern -> pattern.length).sum();
        label = new byte[most];
        firstChild = new int[most];
        sibling = new int[most];
        fallback = new int[most];
        depth = new int[most];
        longestMatch = new int[most];
        Arrays.fill(firstChild, NONE);
        Arrays.fill(childOfStart, NONE);
        patterns.forEach(this::add);
        linkFallbacks();
    }

    /** Of values, and of their lines. */
    static SecretPatterns of(SecretValues secrets) {
        var patterns = new ArrayList<byte[]>();
        for (var value : secrets.all()) {
            addTo(patterns, value, 0, value.length);
            int begin = 0;
            for (int i = 0; i <= value.length; i++) {
                if (i == value.length || value[i] == '\n') {
                    addTo(patterns, value, begin, i);
                    begin = i + 1;
                }
            }
        }
        return new SecretPatterns(patterns);
    }

    /** Without its last line end, which belongs to the log's own lines. */
    private static void addTo(List<byte[]> patterns, byte[] value, int from, int to) {
        int end = to;
        while (end > from && (value[end - 1] == '\n' || value[end - 1] == '\r')) {
            end--;
        }
        if (end - from >= MIN_BYTES) {
            patterns.add(Arrays.copyOfRange(value, from, end));
        }
    }

    private void add(byte[] pattern) {
        int state = START;
        for (byte each : pattern) {
            int child = child(state, each);
            state = child == NONE ? addChild(state, each) : child;
        }
        longestMatch[state] = pattern.length;
    }

    private int addChild(int state, byte with) {
        int child = states++;
        label[child] = with;
        depth[child] = depth[state] + 1;
        sibling[child] = firstChild[state];
        firstChild[state] = child;
        if (state == START) {
            childOfStart[with & 0xff] = child;
        }
        return child;
    }

    private int child(int state, byte with) {
        if (state == START) {
            return childOfStart[with & 0xff];
        }
        int child = firstChild[state];
        while (child != NONE && label[child] != with) {
            child = sibling[child];
        }
        return child;
    }

    /** By increasing depth, because a fallback is less deep. */
    private void linkFallbacks() {
        var queue = new int[states];
        int end = 1;
        for (int at = 0; at < end; at++) {
            int state = queue[at];
            for (int child = firstChild[state]; child != NONE; child = sibling[child]) {
                fallback[child] = state == START ? START : next(fallback[state], label[child]);
                longestMatch[child] = Math.max(longestMatch[child], longestMatch[fallback[child]]);
                queue[end++] = child;
            }
        }
    }

    int next(int state, byte with) {
        int from = state;
        int to = child(from, with);
        while (to == NONE && from != START) {
            from = fallback[from];
            to = child(from, with);
        }
        return to == NONE ? START : to;
    }

    /** How many bytes the longest pattern has that ends here; 0: none does. */
    int longestMatch(int state) {
        return longestMatch[state];
    }

    /** How many of the last bytes may belong to a pattern that goes on. */
    int pendingBytes(int state) {
        return depth[state];
    }
}
