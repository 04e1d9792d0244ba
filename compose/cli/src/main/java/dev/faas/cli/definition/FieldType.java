package dev.faas.cli.definition;

import dev.faas.cli.Doc;
import dev.faas.cli.Failure;
import dev.faas.cli.output.Durations;
import dev.faas.cli.output.Numbers;
import dev.faas.cli.output.Sizes;
import java.math.BigInteger;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a field holds: how a flag gives it, what a file may hold, and how a person reads it. */
public enum FieldType {
    TEXT("a text"),
    /** Words of a command line. */
    WORDS("a list of texts") {
        @Override
        Object parse(String flag, List<String> given, @Nullable Object current) {
            var words = new ArrayList<String>();
            given.forEach(text -> words.addAll(ShellWords.split(flag, text)));
            return words;
        }

        @Override
        boolean accepts(Object value) {
            return isTexts(value);
        }

        @Override
        public String show(Object value) {
            return value instanceof List<?> words ? ShellWords.join(words) : super.show(value);
        }
    },
    /** One for each time that the flag is given. */
    TEXTS("a list of texts") {
        @Override
        Object parse(String flag, List<String> given, @Nullable Object current) {
            return given;
        }

        @Override
        boolean accepts(Object value) {
            return isTexts(value);
        }
    },
    /** Words of a fixed set. */
    CHOICES("a list of texts") {
        @Override
        Object parse(String flag, List<String> given, @Nullable Object current) {
            return given.stream()
                    .flatMap(text -> Arrays.stream(text.split(",")))
                    .map(String::strip)
                    .filter(text -> !text.isEmpty())
                    .toList();
        }

        @Override
        boolean accepts(Object value) {
            return isTexts(value);
        }

        @Override
        public String show(Object value) {
            return value instanceof List<?> list
                    ? String.join(",", list.stream().map(String::valueOf).toList())
                    : "";
        }
    },
    /** Texts by name. Given ones are added to those that the thing has. */
    MAP("an object of texts") {
        @Override
        Object parse(String flag, List<String> given, @Nullable Object current) {
            var map = new LinkedHashMap<String, @Nullable Object>();
            if (current instanceof Map<?, ?> old) {
                old.forEach((key, value) -> map.put(String.valueOf(key), value));
            }
            for (var pair : given) {
                int end = pair.indexOf('=');
                if (end < 1) {
                    throw Failure.usage("%s: '%s' is not NAME=VALUE".formatted(flag, pair));
                }
                map.put(pair.substring(0, end), pair.substring(end + 1));
            }
            return map;
        }

        @Override
        boolean accepts(Object value) {
            return value instanceof Map<?, ?>; // its values are checked one by one
        }

        @Override
        public String show(Object value) {
            return value instanceof Map<?, ?> map
                    ? String.join(
                            " ",
                            map.entrySet().stream()
                                    .map(entry -> ShellWords.quote(entry.getKey() + "=" + entry.getValue()))
                                    .toList())
                    : super.show(value);
        }
    },
    WHOLE("a whole number") {
        @Override
        Object parse(String flag, String text) {
            try {
                return Long.parseLong(text);
            } catch (NumberFormatException e) {
                throw Failure.usage("%s: '%s' is not a whole number".formatted(flag, text));
            }
        }

        @Override
        boolean accepts(Object value) {
            return isWhole(value);
        }
    },
    DECIMAL("a number") {
        @Override
        Object parse(String flag, String text) {
            return Numbers.decimal(flag, text);
        }

        @Override
        boolean accepts(Object value) {
            return value instanceof Number;
        }
    },
    FLAG("true or false") {
        @Override
        Object parse(String flag, String text) {
            return switch (text) {
                case "true" -> true;
                case "false" -> false;
                default -> throw Failure.usage("%s: '%s' is neither true nor false".formatted(flag, text));
            };
        }

        @Override
        boolean accepts(Object value) {
            return value instanceof Boolean;
        }
    },
    /** In RFC 3339; a flag also takes a date. */
    TIME("a time, such as \"2026-01-31T12:00:00Z\"") {
        @Override
        Object parse(String flag, String text) {
            if (Durations.isDuration(text)) {
                throw Failure.usage(
                        "%s: '%s' is not a time".formatted(flag, text), "Write it like 2026-01-31T12:00:00Z.");
            }
            return Durations.parseTime(flag, text).toString();
        }

        // It has many forms.
        @Override
        @Nullable
        Object canonical(@Nullable Object value) {
            try {
                return value instanceof String text
                        ? OffsetDateTime.parse(text).toInstant().toString()
                        : value;
            } catch (DateTimeParseException e) {
                return value;
            }
        }
    },
    MIB("a whole number (MiB)") {
        @Override
        Object parse(String flag, String text) {
            return Sizes.memoryMb(flag, text);
        }

        @Override
        boolean accepts(Object value) {
            return isWhole(value);
        }

        @Override
        public String show(Object value) {
            return value instanceof Number mib ? Sizes.render(mib.longValue() * 1024 * 1024) : super.show(value);
        }
    },
    KIB("a whole number (KiB)") {
        @Override
        Object parse(String flag, String text) {
            return Sizes.parse(flag, text, 1024);
        }

        @Override
        boolean accepts(Object value) {
            return isWhole(value);
        }

        @Override
        public String show(Object value) {
            return value instanceof Number kib ? Sizes.render(kib.longValue() * 1024) : super.show(value);
        }
    },
    SECONDS("a whole number (seconds)") {
        @Override
        Object parse(String flag, String text) {
            var duration = Durations.parse(flag, text);
            if (duration.toMillis() % 1_000 != 0) {
                throw Failure.usage("%s: '%s' is not a number of whole seconds".formatted(flag, text));
            }
            return duration.toSeconds();
        }

        @Override
        boolean accepts(Object value) {
            return isWhole(value);
        }

        @Override
        public String show(Object value) {
            return value instanceof Number seconds ? seconds(seconds.longValue()) : super.show(value);
        }
    };

    private final String rule;

    FieldType(String rule) {
        this.rule = rule;
    }

    /** What a value must be. */
    String rule() {
        return rule;
    }

    /** The unit of its number, for a text about it; empty: none. */
    public String unit() {
        int start = rule.indexOf(" (");
        return start < 0 ? "" : rule.substring(start);
    }

    /** Of a flag that was given once or more.
     *
     * @param current what the thing has now
     */
    Object parse(String flag, List<String> given, @Nullable Object current) {
        return parse(flag, given.getLast());
    }

    Object parse(String flag, String text) {
        return text;
    }

    /** Whether a file may hold this; the server checks ranges and forms. */
    boolean accepts(Object value) {
        return value instanceof String;
    }

    /** Equal for values that mean the same. */
    @Nullable
    Object canonical(@Nullable Object value) {
        return value;
    }

    public String show(Object value) {
        return value instanceof String text ? text : Doc.compact(value);
    }

    private static boolean isWhole(Object value) {
        return value instanceof Integer || value instanceof Long || value instanceof BigInteger;
    }

    private static boolean isTexts(Object value) {
        return value instanceof List<?> list && list.stream().allMatch(String.class::isInstance);
    }

    private static String seconds(long seconds) {
        var units = List.of(Map.entry(86_400L, "d"), Map.entry(3_600L, "h"), Map.entry(60L, "m"));
        return units.stream()
                .filter(unit -> seconds > 0 && seconds % unit.getKey() == 0)
                .findFirst()
                .map(unit -> seconds / unit.getKey() + unit.getValue())
                .orElse(seconds + "s");
    }
}
