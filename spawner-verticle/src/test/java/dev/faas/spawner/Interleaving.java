package dev.faas.spawner;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Runs actors one step at a time, in an order that the seed decides: the same seed gives the same order. An actor runs on its
 * own thread until it {@linkplain #step reaches a step}. There it waits for its turn, and there its process may be killed.
 */
final class Interleaving {
    /** Thrown in an actor whose process is killed. */
    static final class Crash extends Error {
        private static final long serialVersionUID = 1;

        Crash() {
            super("crashed", null, false, false);
        }
    }

    /** The code of an actor. It may block in {@link #step} only. */
    interface Play {
        void act() throws InterruptedException;
    }

    private final class Actor {
        final String name;
        final String process;
        final Semaphore turn = new Semaphore(0);
        final Semaphore yielded = new Semaphore(0);
        boolean doomed;
        boolean over;

        @Nullable
        Throwable failure;

        Actor(String name, String process, Play play) {
            this.name = name;
            this.process = process;
            Thread.ofVirtual().name(name).start(() -> {
                CURRENT.set(this);
                turn.acquireUninterruptibly();
                try {
                    play.act();
                } catch (Crash crash) {
                    story.add(name + " crashes");
                } catch (Throwable unexpected) {
                    failure = unexpected;
                }
                over = true;
                yielded.release();
            });
        }

        void go() {
            turn.release();
            yielded.acquireUninterruptibly();
            if (failure != null) {
                throw new AssertionError(name + " failed", failure);
            }
        }
    }

    private static final ThreadLocal<Actor> CURRENT = new ThreadLocal<>();

    final Random random;
    private final List<Actor> actors = new ArrayList<>();
    private final List<String> story = new ArrayList<>();

    Interleaving(long seed) {
        random = new Random(seed);
    }

    /** @param process whose end kills this actor too */
    void start(String name, String process, Play play) {
        actors.add(new Actor(name, process, play));
    }

    /** Called by an actor: ends its turn and returns when it has the next one. */
    void step(String what) {
        var actor = CURRENT.get();
        story.add(actor.name + ": " + what);
        actor.yielded.release();
        actor.turn.acquireUninterruptibly();
        if (actor.doomed) {
            throw new Crash();
        }
    }

    void note(String what) {
        story.add(what);
    }

    /** Kills the process: each of its actors ends at its next step. */
    void crash(String process) {
        note(process + " is killed");
        actors.stream().filter(actor -> actor.process.equals(process)).forEach(actor -> actor.doomed = true);
    }

    /** Lets one actor make a step; false if there is no actor. */
    boolean once() {
        actors.removeIf(actor -> actor.over);
        if (actors.isEmpty()) {
            return false;
        }
        actors.get(random.nextInt(actors.size())).go();
        actors.removeIf(actor -> actor.over);
        return true;
    }

    int alive() {
        return actors.size();
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    String story() {
        return String.join("\n", story);
    }
}
