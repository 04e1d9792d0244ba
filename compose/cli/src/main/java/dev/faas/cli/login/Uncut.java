package dev.faas.cli.login;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Holds back the end of the program on Ctrl-C: a refresh that is cut off would end the login. */
final class Uncut {
    private static final long LIMIT_S = 5;

    private Uncut() {}

    static <T> T call(Supplier<T> work) {
        var done = new CountDownLatch(1);
        var hook = new Thread(() -> await(done), "uncut");
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException ending) {
            return work.get(); // for another hook, which waits for it
        }
        try {
            return work.get();
        } finally {
            done.countDown();
            remove(hook);
        }
    }

    private static void await(CountDownLatch done) {
        try {
            var unused = done.await(LIMIT_S, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void remove(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // The hook ends by itself.
        }
    }
}
