package dev.faas.lifecycle;

import ch.qos.logback.classic.pattern.MessageConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.faas.wire.Printable;

/** Writes {@code %msg} of logback.xml so that no value from outside ends a line, or moves the cursor of a terminal. */
public final class PrintableMessage extends MessageConverter {
    @Override
    public String convert(ILoggingEvent event) {
        return Printable.of(super.convert(event));
    }
}
