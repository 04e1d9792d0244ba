package dev.faas.cli.output;

import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/** Writes YAML. The library is loaded only when this class is used. */
public final class Yaml {
    private Yaml() {}

    public static String write(@Nullable Object value) {
        return new Dump(DumpSettings.builder()
                        .setDefaultFlowStyle(FlowStyle.BLOCK)
                        .setSplitLines(false)
                        .build())
                .dumpToString(value);
    }
}
