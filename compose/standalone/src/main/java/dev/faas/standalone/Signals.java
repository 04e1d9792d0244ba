package dev.faas.standalone;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Handles SIGINT, SIGTERM and SIGHUP: the first signal asks for an orderly stop, further ones for a quick one. A shutdown hook
 * would see the first only. Further SIGHUPs are ignored, because a closing terminal sends several, from its shell and from
 * the kernel. Where SIGHUP is ignored, as under nohup, it stays ignored. Uses reflection, because javac's warning about
 * {@code sun.misc.Signal}, the only API for signals, cannot be suppressed and would fail the build.
 */
final class Signals {
    private Signals() {}

    /** The first signal interrupts this thread, which then cleans up; further ones are ignored. */
    static void interruptOnStop() {
        onStop(Thread.currentThread()::interrupt, () -> {});
    }

    /** Both callbacks run on the JVM's signal thread and must not block. */
    static void onStop(Runnable first, Runnable further) {
        var count = new AtomicInteger();
        try {
            var signal = Class.forName("sun.misc.Signal");
            var handler = Class.forName("sun.misc.SignalHandler");
            var constructor = signal.getConstructor(String.class);
            var hangUp = constructor.newInstance("HUP");
            var onSignal = Proxy.newProxyInstance(
                    Signals.class.getClassLoader(), new Class<?>[] {handler}, (self, method, arguments) -> {
                        if (method.getName().equals("handle")) {
                            if (count.getAndIncrement() == 0) {
                                first.run();
                            } else if (!hangUp.equals(arguments[0])) {
                                further.run();
                            }
                        }
                        return null;
                    });
            for (var name : List.of("INT", "TERM", "HUP")) {
                var unused = signal.getMethod("handle", signal, handler)
                        .invoke(null, constructor.newInstance(name), onSignal);
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JVM has no usable sun.misc.Signal: run on JDK 25", e);
        }
    }
}
