package dev.faas.testing;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Copies a record with some of its components changed. */
public final class Records {
    private Records() {}

    /** @param changes name of a component, its value, name, value */
    @SuppressWarnings("unchecked") // a record's constructor makes a record of its class
    public static <R extends Record> R with(R record, @Nullable Object... changes) {
        var components = record.getClass().getRecordComponents();
        var names = Arrays.stream(components).map(RecordComponent::getName).toList();
        var values = new @Nullable Object[components.length];
        try {
            for (int i = 0; i < values.length; i++) {
                var accessor = components[i].getAccessor();
                accessor.setAccessible(true);
                values[i] = accessor.invoke(record);
            }
            for (int i = 0; i < changes.length; i += 2) {
                values[names.indexOf(changes[i])] = changes[i + 1];
            }
            var types = Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            var constructor = record.getClass().getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return (R) constructor.newInstance(values);
        } catch (ReflectiveOperationException | IndexOutOfBoundsException e) {
            throw new AssertionError(record.getClass() + " with " + Arrays.toString(changes), e);
        }
    }
}
