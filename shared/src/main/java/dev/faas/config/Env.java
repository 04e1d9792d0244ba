package dev.faas.config;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads typed settings from environment variables. Every read also declares the setting, for {@link #settings}. An invalid
 * value is recorded and replaced by the default, so that {@link #check} can report every problem at once. A variable that is
 * set but empty counts as absent. Not thread-safe: a program reads its configuration once.
 */
public final class Env {
    private final Map<String, String> variables;
    private final Map<String, Setting> settings = new LinkedHashMap<>();
    private final List<String> problems = new ArrayList<>();

    private Env(Map<String, String> variables) {
        this.variables = Map.copyOf(variables);
    }

    public static Env of(Map<String, String> variables) {
        return new Env(variables);
    }

    public String text(String name, String fallback, String doc) {
        return read(name, fallback, doc).orElse(fallback);
    }

    /** A value without a default; records a problem and returns the empty text when it is missing. */
    public String required(String name, String doc) {
        return read(name, "", doc).orElseGet(() -> {
            addProblem(name, "is required: " + doc);
            return "";
        });
    }

    public Optional<String> optional(String name, String doc) {
        return read(name, "", doc);
    }

    /** @param listed what holds without the setting, for {@link #settings} */
    public Optional<String> optional(String name, String listed, String doc) {
        return read(name, listed, doc);
    }

    public int integer(String name, int fallback, int min, int max, String doc) {
        return read(name, Integer.toString(fallback), doc)
                .map(text -> {
                    try {
                        var value = Integer.parseInt(text);
                        if (value >= min && value <= max) {
                            return value;
                        }
                    } catch (NumberFormatException notANumber) {
                        // the message below covers this case
                    }
                    addProblem(name, "must be a whole number from " + min + " to " + max + ", not '" + text + "'");
                    return fallback;
                })
                .orElse(fallback);
    }

    /** Given in MiB; returns bytes. */
    public long mebibytes(String name, int fallback, int min, String doc) {
        return (long) integer(name, fallback, min, 1 << 20, doc) << 20;
    }

    public boolean flag(String name, boolean fallback, String doc) {
        return read(name, Boolean.toString(fallback), doc)
                .map(text -> switch (text.toLowerCase(Locale.ROOT)) {
                    case "true", "yes", "on", "1" -> true;
                    case "false", "no", "off", "0" -> false;
                    default -> {
                        addProblem(name, "must be true or false, not '" + text + "'");
                        yield fallback;
                    }
                })
                .orElse(fallback);
    }

    /** One of these, written as its name in lower case. */
    public <E extends Enum<E>> E choice(String name, List<E> choices, E fallback, String doc) {
        var byText = new LinkedHashMap<String, E>();
        choices.forEach(each -> byText.put(each.name().toLowerCase(Locale.ROOT), each));
        var text = text(name, fallback.name().toLowerCase(Locale.ROOT), doc);
        if (!byText.containsKey(text)) {
            var listed = String.join(", ", byText.keySet()).replaceFirst(", (\\w+)$", " or $1");
            addProblem(name, "must be " + listed + ", not '" + text + "'");
        }
        return byText.getOrDefault(text, fallback);
    }

    /** A whole number with a unit: {@code 250ms, 10s, 15m, 24h, 30d}. */
    public Duration duration(String name, Duration fallback, String doc) {
        return read(name, Durations.format(fallback), doc)
                .map(text -> Durations.parse(text).orElseGet(() -> {
                    addProblem(name, "must be a duration such as 250ms, 10s, 15m, 24h or 30d, not '" + text + "'");
                    return fallback;
                }))
                .orElse(fallback);
    }

    /** An absolute URI. A message never repeats the value, which may contain a password. */
    public URI uri(String name, URI fallback, String doc) {
        return read(name, fallback.toString(), doc)
                .map(text -> {
                    try {
                        var uri = new URI(text);
                        if (uri.isAbsolute()) {
                            return uri;
                        }
                    } catch (URISyntaxException notAnAddress) {
                        // the message below covers this case
                    }
                    addProblem(name, "must be an address such as " + fallback);
                    return fallback;
                })
                .orElse(fallback);
    }

    /** From {@code NAME}, or from the file that {@code NAME_FILE} names, without one trailing line break; not from both. */
    public Optional<Secret> secret(String name, String doc) {
        var inline = read(name, "", doc + " (or " + name + "_FILE)");
        var file = value(name + "_FILE");
        if (inline.isPresent() && file.isPresent()) {
            addProblem(name, "is set, and so is " + name + "_FILE: set one of them");
            return Optional.empty();
        }
        return inline.or(() -> file.flatMap(path -> readFile(name + "_FILE", path)))
                .map(Secret::new);
    }

    /** Records a problem, such as a broken rule over several settings. */
    public void addProblem(String name, String message) {
        problems.add(name + " " + message);
    }

    /** Every setting read so far, in order, each once. */
    public List<Setting> settings() {
        return List.copyOf(settings.values());
    }

    /** @throws ConfigException when a value read so far was invalid; names every problem */
    public void check() {
        if (!problems.isEmpty()) {
            throw new ConfigException(problems.stream().distinct().toList());
        }
    }

    private Optional<String> read(String name, String fallback, String doc) {
        settings.putIfAbsent(name, new Setting(name, fallback, doc));
        return value(name);
    }

    private Optional<String> value(String name) {
        return Optional.ofNullable(variables.get(name)).filter(text -> !text.isEmpty());
    }

    private Optional<String> readFile(String name, String path) {
        try {
            var text = Files.readString(Path.of(path));
            var line = text.endsWith("\n") ? text.substring(0, text.length() - (text.endsWith("\r\n") ? 2 : 1)) : text;
            if (!line.isEmpty()) {
                return Optional.of(line);
            }
            addProblem(name, "names an empty file: " + path);
        } catch (IOException | InvalidPathException e) {
            addProblem(name, "cannot be read: " + path + " (" + e.getClass().getSimpleName() + ")");
        }
        return Optional.empty();
    }
}
