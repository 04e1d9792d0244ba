package dev.faas.http.content;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Parses {@code Accept} and {@code Accept-Encoding}: names or ranges of names with weights from 0 (never) to 1 (RFC 9110, 12.4).
 * Invalid elements are ignored. (Vert.x reads only the first header of several, and does not rank by specificity.)
 */
record AcceptPreferences(Map<String, Double> weights) {
    static AcceptPreferences of(List<String> headers) {
        var weights = new HashMap<String, Double>();
        for (var header : headers) {
            for (var element : header.split(",")) {
                add(element, weights);
            }
        }
        return new AcceptPreferences(Map.copyOf(weights));
    }

    /** True without a valid element. */
    boolean isEmpty() {
        return weights.isEmpty();
    }

    /** The most specific entry counts: the type itself, then a range of its kind, then a range of all types. */
    double weightOfType(String type) {
        return firstWeight(type, type.substring(0, type.indexOf('/')) + "/*", "*/*", "*");
    }

    double weightOfCoding(String coding) {
        return firstWeight(coding, "*");
    }

    private double firstWeight(String... names) {
        for (var name : names) {
            var weight = weights.get(name);
            if (weight != null) {
                return weight;
            }
        }
        return 0;
    }

    private static void add(String element, Map<String, Double> weights) {
        var parts = element.split(";");
        var name = parts.length == 0 ? "" : parts[0].strip().toLowerCase(Locale.ROOT);
        if (!name.isEmpty()) {
            weights.merge(name, weight(parts), Math::max);
        }
    }

    private static double weight(String[] parts) {
        for (int i = 1; i < parts.length; i++) {
            var parameter = parts[i].strip().toLowerCase(Locale.ROOT);
            if (parameter.startsWith("q=")) {
                return number(parameter.substring(2).strip());
            }
        }
        return 1;
    }

    private static double number(String text) {
        return switch (text) {
            case "0", "0.", "0.0", "0.00", "0.000" -> 0;
            case String weight when weight.matches("0?\\.[0-9]{1,3}") -> Double.parseDouble(weight);
            default -> 1;
        };
    }
}
