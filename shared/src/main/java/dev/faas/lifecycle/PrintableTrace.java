package dev.faas.lifecycle;

import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.faas.wire.Printable;
import java.util.regex.Pattern;

/** Writes {@code %ex} of logback.xml on one line, and as {@link PrintableMessage} does. */
public final class PrintableTrace extends ThrowableProxyConverter {
    private static final Pattern LINE_END = Pattern.compile("[\r\n]+\\s*");

    @Override
    public String convert(ILoggingEvent event) {
        return Printable.of(LINE_END.matcher(super.convert(event)).replaceAll(" | "));
    }
}
