package dev.faas.spawner.engine;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The opened secrets of one run. Arrays are shared: they must not be changed. {@link #toString} has no value, so that none
 * gets into a log.
 */
public final class SecretValues {
    public static final SecretValues NONE = new SecretValues(Map.of(), Map.of());

    private final Map<String, byte[]> variables;
    private final Map<String, byte[]> files;

    /**
     * @param variables by name, without NUL
     * @param files by name, below {@link dev.faas.wire.SecretRef#FOLDER}
     */
    public SecretValues(Map<String, byte[]> variables, Map<String, byte[]> files) {
        this.variables = Collections.unmodifiableMap(new TreeMap<>(variables));
        this.files = Collections.unmodifiableMap(new TreeMap<>(files));
    }

    public Map<String, byte[]> variables() {
        return variables;
    }

    public Map<String, byte[]> files() {
        return files;
    }

    public Collection<byte[]> all() {
        return Stream.concat(variables.values().stream(), files.values().stream())
                .toList();
    }

    @Override
    public String toString() {
        return "SecretValues[variables=" + variables.keySet() + ", files=" + files.keySet() + "]";
    }
}
