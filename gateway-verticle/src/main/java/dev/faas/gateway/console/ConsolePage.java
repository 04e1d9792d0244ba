package dev.faas.gateway.console;

import dev.faas.wire.Sha256;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The HTML of the console, or of the reference, as it is served: its relative URLs lead to the files of this version, and it names the modules of the first
 * page, so that a browser requests them at once and not one after the other.
 *
 * @param importMapHash SHA-256 of the import map, as a Content-Security-Policy has it
 */
record ConsolePage(String text, String importMapHash) {
    static final String CONSOLE = "index.html";
    static final String REFERENCE = "docs.html";

    private static final Pattern ATTRIBUTE = Pattern.compile("\\b(href|src)=\"([^\"]*)\"");
    private static final Pattern IMPORT_MAP = Pattern.compile("(?s)<script type=\"importmap\">(.*?)</script>");
    private static final Pattern MAPPING = Pattern.compile("\"([^\"]+)\"\\s*:\\s*\"\\./([^\"]+)\"");
    private static final Pattern MODULE = Pattern.compile("<script type=\"module\" src=\"([^\"]+)\"");

    /** Static imports and exports from other modules; {@code import(…)} loads a module later. */
    private static final Pattern IMPORT = Pattern.compile("(?:\\bfrom|\\bimport)\\s*['\"]([^'\"]+)['\"]");

    /**
     * @param file the HTML
     * @param prefix of the paths of the files
     */
    static ConsolePage of(Map<String, byte[]> files, String file, String prefix) {
        var html = text(files, file);
        var map = IMPORT_MAP.matcher(html);
        var module = MODULE.matcher(html);
        if (!map.find() || !module.find()) {
            throw new IllegalStateException(file + " needs an import map and a module");
        }
        var imports = new ImportMap(map.group(1));
        var preloads = new StringBuilder();
        for (var path : imports.findModules(files, module.group(1))) {
            preloads.append("<link rel=\"modulepreload\" href=\"").append(path).append("\">\n");
        }
        var linked = html.replace("</head>", preloads + "</head>");
        var text = ATTRIBUTE
                .matcher(linked)
                .replaceAll(found -> files.containsKey(found.group(2))
                        ? Matcher.quoteReplacement(found.group(1) + "=\"" + prefix + found.group(2) + '"')
                        : Matcher.quoteReplacement(found.group()));
        var mapped = map.group(1).replace("\"./", '"' + prefix);
        return new ConsolePage(
                text.replace(map.group(1), mapped), Base64.getEncoder().encodeToString(Sha256.digest(mapped)));
    }

    private static String text(Map<String, byte[]> files, String path) {
        return new String(
                Objects.requireNonNull(files.get(path), () -> "the console has no file " + path),
                StandardCharsets.UTF_8);
    }

    private record ImportMap(String json) {
        /** The module and what it imports, and what that imports. */
        SequencedSet<String> findModules(Map<String, byte[]> files, String first) {
            var found = new LinkedHashSet<>(List.of(first));
            var open = new ArrayList<>(List.of(first));
            while (!open.isEmpty()) {
                var path = open.removeFirst();
                for (var match = IMPORT.matcher(text(files, path)); match.find(); ) {
                    var next = resolve(match.group(1), path);
                    if (next != null && found.add(next)) {
                        open.add(next);
                    }
                }
            }
            return found;
        }

        /** Null for text that only looks like an import. */
        private @Nullable String resolve(String name, String importer) {
            if (name.startsWith(".")) {
                return URI.create(importer).resolve(name).getPath();
            }
            return MAPPING.matcher(json)
                    .results()
                    .filter(mapping -> mapping.group(1).equals(name))
                    .map(mapping -> mapping.group(2))
                    .findFirst()
                    .orElse(null);
        }
    }
}
