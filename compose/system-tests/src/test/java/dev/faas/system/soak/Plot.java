package dev.faas.system.soak;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Draws samples as an SVG: a panel per figure, a line per source. */
final class Plot {
    private static final int COLUMNS = 3;
    private static final int WIDTH = 300;
    private static final int HEIGHT = 150;
    private static final int LEFT = 44;
    private static final int TOP = 26;
    private static final int GAP_X = 64;
    private static final int GAP_Y = 58;
    private static final int LEGEND = 40;
    private static final List<String> COLOURS =
            List.of("#1f6feb", "#d1242f", "#1a7f37", "#9a6700", "#8250df", "#57606a", "#bf3989");

    private final Map<String, List<Series>> panels;
    private final Map<String, String> colours = new LinkedHashMap<>();
    private final double minutes;

    Plot(Collection<Series> all, Duration lasting) {
        panels = all.stream().collect(Collectors.groupingBy(Series::figure, LinkedHashMap::new, Collectors.toList()));
        minutes = lasting.toMillis() / 60_000.0;
        var names = new TreeSet<>(all.stream().map(Series::source).toList());
        names.forEach(name -> colours.put(name, COLOURS.get(colours.size() % COLOURS.size())));
    }

    String svg() {
        int rows = (panels.size() + COLUMNS - 1) / COLUMNS;
        int width = LEFT + COLUMNS * (WIDTH + GAP_X);
        int height = TOP + rows * (HEIGHT + GAP_Y) + LEGEND;
        var svg = new StringBuilder();
        svg.append("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\""
                .formatted(width, height, width, height));
        svg.append(
                " font-family=\"sans-serif\" font-size=\"11\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
        int i = 0;
        for (var panel : panels.entrySet()) {
            int x = LEFT + i % COLUMNS * (WIDTH + GAP_X);
            int y = TOP + i / COLUMNS * (HEIGHT + GAP_Y);
            panel(svg, panel.getKey(), panel.getValue(), x, y);
            i++;
        }
        legend(svg, height - LEGEND / 2);
        return svg.append("</svg>\n").toString();
    }

    private void panel(StringBuilder svg, String title, List<Series> lines, int x, int y) {
        double top = 1.1
                * Math.max(
                        1e-9,
                        lines.stream()
                                .flatMap(line -> line.values(0, line.size()).stream())
                                .mapToDouble(Double::doubleValue)
                                .max()
                                .orElse(1));
        text(svg, x, y - 8, "start", title);
        svg.append("<path d=\"M%d %dv%dh%d\" fill=\"none\" stroke=\"#8c959f\"/>\n".formatted(x, y, HEIGHT, WIDTH));
        for (int part = 0; part <= 2; part++) {
            int at = y + HEIGHT - part * HEIGHT / 2;
            text(svg, x - 5, at + 4, "end", number(top * part / 2));
            text(svg, x + part * WIDTH / 2, y + HEIGHT + 14, "middle", number(minutes * part / 2) + " min");
        }
        // The end of the warm-up.
        int judged = x + WIDTH / 3;
        svg.append(
                "<path d=\"M%d %dv%d\" stroke=\"#d0d7de\" stroke-dasharray=\"3 3\"/>\n".formatted(judged, y, HEIGHT));
        for (var line : lines) {
            svg.append("<polyline fill=\"none\" stroke-width=\"1.3\" stroke=\"")
                    .append(colours.get(line.source()))
                    .append("\" points=\"");
            for (int i = 0; i < line.size(); i++) {
                svg.append(String.format(
                        Locale.ROOT,
                        "%.1f,%.1f ",
                        x + WIDTH * line.minute(i) / minutes,
                        y + HEIGHT - HEIGHT * line.value(i) / top));
            }
            svg.append("\"/>\n");
        }
    }

    private void legend(StringBuilder svg, int y) {
        int x = LEFT;
        for (var each : colours.entrySet()) {
            svg.append("<rect x=\"%d\" y=\"%d\" width=\"12\" height=\"3\" fill=\"%s\"/>\n"
                    .formatted(x, y - 4, each.getValue()));
            text(svg, x + 16, y, "start", each.getKey());
            x += 110;
        }
    }

    private static void text(StringBuilder svg, int x, int y, String anchor, String text) {
        svg.append("<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" fill=\"#24292f\">%s</text>\n"
                .formatted(x, y, anchor, text));
    }

    private static String number(double value) {
        return value >= 10 || value == Math.rint(value)
                ? Long.toString(Math.round(value))
                : String.format(Locale.ROOT, "%.1f", value);
    }
}
