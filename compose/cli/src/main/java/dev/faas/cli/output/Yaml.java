package dev.faas.cli.output;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.NonPrintableStyle;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.CoreScalarResolver;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * Writes YAML 1.2 that older readers understand the same way: a text that YAML 1.1 takes for another type is quoted. The
 * library is loaded only when this class is used.
 */
public final class Yaml {
    private Yaml() {}

    public static String write(@Nullable Object value) {
        return new Dump(DumpSettings.builder()
                        .setSchema(new QuotingSchema())
                        .setDefaultFlowStyle(FlowStyle.BLOCK)
                        .setNonPrintableStyle(NonPrintableStyle.ESCAPE)
                        .setDereferenceAliases(true)
                        .setSplitLines(false)
                        .build())
                .dumpToString(value);
    }

    private static final class QuotingSchema extends CoreSchema {
        private static final Tag OF_YAML_1_1 = new Tag("tag:yaml.org,2002:yaml-1.1");
        private static final Pattern WORD = Pattern.compile("(?i)y|n|yes|no|on|off|<<|=");
        private static final Pattern NUMBER_OR_TIME =
                Pattern.compile("[-+]?[0-9][0-9_,.:]*|[-+]?0b[01_]+|[-+]?0x[0-9a-fA-F_]+|[0-9]{4}-[0-9]{1,2}-[0-9].*");

        private final CoreScalarResolver resolver = new CoreScalarResolver(false);

        QuotingSchema() {
            resolver.addImplicitResolver(OF_YAML_1_1, WORD, "yYnNoO<=");
            resolver.addImplicitResolver(OF_YAML_1_1, NUMBER_OR_TIME, "-+0123456789");
        }

        @Override
        public ScalarResolver getScalarResolver() {
            return resolver;
        }
    }
}
