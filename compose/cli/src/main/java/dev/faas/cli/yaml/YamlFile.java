package dev.faas.cli.yaml;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** Reads YAML 1.2 or JSON into maps, lists and scalars, and remembers where each value stands. */
public final class YamlFile {
    public static final int MAX_BYTES = 4 * 1024 * 1024;
    /** Aliases may repeat a value; this many values a file may have with all repetitions. */
    private static final int MAX_VALUES = 200_000;

    private static final int MAX_DEPTH = 64;

    private final String file;
    private final FileErrors mistakes;
    private int values;

    private YamlFile(String file, FileErrors mistakes) {
        this.file = file;
        this.mistakes = mistakes;
    }

    /**
     * One document of a file.
     *
     * @param positions by path, such as {@code functions[0].limits.memoryMb}; of a member, where its key stands
     */
    public record Document(@Nullable Object value, Map<String, Position> positions) {
        /** Of the path, or of the closest value around it. */
        public Position at(String path) {
            for (var rest = path; ; ) {
                var position = positions.get(rest);
                if (position != null) {
                    return position;
                }
                rest = rest.substring(0, Math.max(0, Math.max(rest.lastIndexOf('.'), rest.lastIndexOf('['))));
            }
        }
    }

    /** Ends with what could be read; {@code mistakes} has the rest. */
    public static List<Document> read(String file, String text, FileErrors mistakes) {
        var documents = new ArrayList<Document>();
        var reader = new YamlFile(file, mistakes);
        try {
            var settings = LoadSettings.builder()
                    .setSchema(new CoreSchema())
                    .setCodePointLimit(MAX_BYTES)
                    .build();
            for (var node : new Compose(settings).composeAllFromString(asYaml(text))) {
                var positions = new HashMap<String, Position>();
                positions.put("", reader.position(node));
                documents.add(new Document(reader.value(node, "", positions, 0), positions));
            }
        } catch (TooMuch e) {
            mistakes.add(e.position, e.problem);
        } catch (MarkedYamlEngineException e) {
            var position = e.getProblemMark()
                    .map(mark -> new Position(file, mark.getLine() + 1, mark.getColumn() + 1))
                    .orElse(new Position(file, 1, 1));
            mistakes.add(position, "not YAML: " + e.getProblem());
        } catch (YamlEngineException e) {
            mistakes.add(new Position(file, 1, 1), "not YAML: " + e.getMessage());
        } catch (StackOverflowError e) {
            mistakes.add(new Position(file, 1, 1), "nested too deeply");
        }
        return documents;
    }

    /** What JSON allows and this YAML library refuses: tabs as indentation, and some characters that are not escaped. */
    private static String asYaml(String text) {
        if (!text.stripLeading().startsWith("{")) {
            return text;
        }
        var yaml = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\t') {
                yaml.append(' ');
            } else if ((c >= 0x7f && c < 0xa0) || c >= 0xfffe || c == '\ufeff') {
                yaml.append("\\u%04x".formatted((int) c));
            } else {
                yaml.append(c);
            }
        }
        return yaml.toString();
    }

    private static final class TooMuch extends RuntimeException {
        private final transient Position position;
        private final String problem;

        TooMuch(Position position, String problem) {
            super(problem);
            this.position = position;
            this.problem = problem;
        }
    }

    private Position position(Node node) {
        return node.getStartMark()
                .map(mark -> new Position(file, mark.getLine() + 1, mark.getColumn() + 1))
                .orElse(new Position(file, 1, 1));
    }

    private @Nullable Object value(Node node, String path, Map<String, Position> positions, int depth) {
        if (depth > MAX_DEPTH) {
            throw new TooMuch(position(node), "nested too deeply");
        }
        if (++values > MAX_VALUES) {
            throw new TooMuch(position(node), "more than " + MAX_VALUES + " values");
        }
        if (!(node instanceof ScalarNode)
                && !node.getTag().equals(Tag.MAP)
                && !node.getTag().equals(Tag.SEQ)) {
            mistakes.add(position(node), "%s is not a type that JSON has".formatted(node.getTag()));
        }
        return switch (node) {
            case MappingNode mapping -> map(mapping, path, positions, depth);
            case SequenceNode sequence -> {
                var list = new ArrayList<@Nullable Object>();
                for (var item : sequence.getValue()) {
                    var inner = path + "[" + list.size() + "]";
                    positions.put(inner, position(item));
                    list.add(value(item, inner, positions, depth + 1));
                }
                yield list;
            }
            case ScalarNode scalar -> scalar(scalar);
            default -> throw new TooMuch(position(node), "not a value");
        };
    }

    private Map<String, @Nullable Object> map(
            MappingNode mapping, String path, Map<String, Position> positions, int depth) {
        var map = new LinkedHashMap<String, @Nullable Object>();
        for (var tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode keyNode)) {
                mistakes.add(position(tuple.getKeyNode()), "a key must be a text");
                continue;
            }
            var key = keyNode.getValue();
            var inner = path.isEmpty() ? key : path + "." + key;
            if (map.containsKey(key)) {
                mistakes.add(
                        position(keyNode),
                        "%s is here twice; first in line %d"
                                .formatted(
                                        key,
                                        positions
                                                .getOrDefault(inner, position(mapping))
                                                .line()));
                continue;
            }
            positions.put(inner, position(keyNode));
            map.put(key, value(tuple.getValueNode(), inner, positions, depth + 1));
        }
        return map;
    }

    private @Nullable Object scalar(ScalarNode scalar) {
        var tag = scalar.getTag();
        var text = scalar.getValue();
        try {
            if (tag.equals(Tag.STR)) {
                return text;
            } else if (tag.equals(Tag.NULL)) {
                return null;
            } else if (tag.equals(Tag.BOOL)) {
                return text.equalsIgnoreCase("true");
            } else if (tag.equals(Tag.INT)) {
                return whole(text);
            } else if (tag.equals(Tag.FLOAT)) {
                double number = Double.parseDouble(text);
                if (Double.isFinite(number)) {
                    return number;
                }
            }
        } catch (NumberFormatException e) {
            mistakes.add(position(scalar), "'%s' is no number that JSON has".formatted(text));
            return text;
        }
        mistakes.add(position(scalar), "%s is not a type that JSON has".formatted(tag));
        return text;
    }

    private static Number whole(String text) {
        var number = text.startsWith("0x")
                ? new BigInteger(text.substring(2), 16)
                : text.startsWith("0o") ? new BigInteger(text.substring(2), 8) : new BigInteger(text);
        return number.bitLength() < Long.SIZE ? (Number) number.longValue() : number;
    }
}
