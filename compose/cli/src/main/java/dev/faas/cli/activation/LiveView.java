package dev.faas.cli.activation;

import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import dev.faas.cli.Terminal;
import dev.faas.cli.output.ControlCharacters;
import dev.faas.cli.output.Output;
import dev.faas.cli.output.Table;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Asks the platform every two seconds and redraws a screen until Ctrl-C. While the platform is away, the last picture stays,
 * marked with the time since there was contact.
 */
final class LiveView {
    static final long PERIOD_MS = 2_000;
    /** Silence for longer than a call usually takes is shown. */
    private static final long SILENCE_MS = 3 * PERIOD_MS;

    private static final long REDRAW_MS = 1_000;

    private final Output output;
    private final Function<Integer, List<String>> ask;
    private List<String> picture = List.of();
    private long contact = System.nanoTime();
    private String trouble = "";
    private @Nullable RuntimeException end;
    private String drawn = "";

    /** @param ask returns the lines for a screen of this width */
    LiveView(Output output, Function<Integer, List<String>> ask) {
        this.output = output;
        this.ask = ask;
    }

    /** @param rounds for tests; else endless */
    int run(long rounds) throws InterruptedException {
        var asker = new Thread(this::poll, "asker");
        asker.setDaemon(true);
        asker.start();
        for (long i = 0; i < rounds; i++) {
            synchronized (this) {
                wait(REDRAW_MS);
                if (end != null) {
                    throw end;
                }
                draw();
            }
        }
        return Exit.OK;
    }

    private void poll() {
        try {
            while (true) {
                int width = size(output.terminal())[1];
                try {
                    show(ask.apply(width));
                } catch (Failure e) {
                    if (e.exit() != Exit.UNAVAILABLE) {
                        throw e;
                    }
                    synchronized (this) {
                        trouble = e.text();
                    }
                }
                Thread.sleep(PERIOD_MS);
            }
        } catch (RuntimeException e) {
            synchronized (this) {
                end = e;
                notifyAll();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void show(List<String> lines) {
        picture = lines;
        contact = System.nanoTime();
        trouble = "";
        notifyAll();
    }

    /** One write for each picture, over the old one, so that nothing flickers. */
    private void draw() {
        var size = size(output.terminal());
        var lines = new ArrayList<String>();
        var banner = banner();
        if (!banner.isEmpty()) {
            lines.add(output.colour(Table.cut(ControlCharacters.escape(banner), size[1]), 33));
        }
        picture.stream().map(ControlCharacters::escape).forEach(lines::add);
        var text = new StringBuilder();
        lines.stream().limit(size[0] - 1L).forEach(line -> text.append(line).append("\u001b[K\n"));
        if (!text.toString().equals(drawn)) {
            output.streams().out((drawn.isEmpty() ? "\u001b[2J" : "") + "\u001b[H" + text + "\u001b[J");
            drawn = text.toString();
        }
    }

    private String banner() {
        long silent = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - contact);
        if (trouble.isEmpty() && silent < SILENCE_MS) {
            return "";
        }
        return "no contact for %d s%s".formatted(silent / 1_000, trouble.isEmpty() ? "" : ": " + trouble);
    }

    /** Rows and columns now: people resize their terminals. */
    private static int[] size(Terminal terminal) {
        try {
            var stty = new ProcessBuilder("stty", "size")
                    .redirectInput(new File("/dev/tty"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            var words = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                    .strip()
                    .split(" ");
            int rows = Integer.parseInt(words[0]);
            int columns = Integer.parseInt(words[1]);
            if (rows > 0 && columns > 0) {
                return new int[] {rows, columns};
            }
        } catch (IOException | RuntimeException e) {
            // There is no such terminal.
        }
        return new int[] {24, terminal.columns()};
    }
}
