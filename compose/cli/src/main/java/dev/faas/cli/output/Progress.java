package dev.faas.cli.output;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Shows one line on standard error while the user waits. It appears after 300 ms, on a terminal only, and is removed at the end. */
public final class Progress implements AutoCloseable {
    private static final long DELAY_MS = 300;
    private static final long REFRESH_MS = 250;

    private final @Nullable Thread painter;

    private Progress(@Nullable Thread painter) {
        this.painter = painter;
    }

    /** @param line the current text; empty for none. Called about four times a second, and must not block. */
    static Progress start(Streams streams, int columns, Supplier<String> line) {
        var painter = new Thread(() -> paint(streams, columns, line), "progress");
        painter.setDaemon(true);
        painter.start();
        return new Progress(painter);
    }

    static Progress none() {
        return new Progress(null);
    }

    private static void paint(Streams streams, int columns, Supplier<String> line) {
        try {
            Thread.sleep(DELAY_MS);
            while (true) {
                var text = ControlCharacters.escape(line.get()).replace('\n', ' ');
                streams.progress(Table.cut(text, columns - 1));
                Thread.sleep(REFRESH_MS);
            }
        } catch (InterruptedException ended) {
            streams.progress("");
        }
    }

    @Override
    public void close() {
        if (painter != null) {
            painter.interrupt();
            try {
                painter.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
