package dev.faas.standalone;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * SIGINT, SIGTERM and SIGHUP, told apart by their number: the first asks for an orderly stop, each further one for haste, which
 * a JVM's shutdown hook would not hear. A terminal that closes sends SIGHUP more than once, by its shell and by the kernel: a
 * further one says nothing. Where it is ignored, as under nohup, the JVM lets it be. Through reflection, because javac's warning
 * about {@code sun.misc.Signal}, the one way there is, cannot be suppressed, and a warning fails the build.
 */
final class Signals {
    private Signals() {}

    /** The first stop signal interrupts this thread, which then cleans up; it is not to be disturbed by a further one. */
    static void interruptOnStop() {
        onStop(Thread.currentThread()::interrupt, () -> {});
    }

    /** Both run on the JVM's own signal thread and must not block it. */
    static void onStop(Runnable first, Runnable further) {
        var count = new AtomicInteger();
        try {
            var signal = Class.forName("sun.misc.Signal");
            var handler = Class.forName("sun.misc.SignalHandler");
            var named = signal.getConstructor(String.class);
            var hangUp = named.newInstance("HUP");
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
                var unused =
                        signal.getMethod("handle", signal, handler).invoke(null, named.newInstance(name), onSignal);
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JVM does not let signals be handled", e);
        }
    }
}
