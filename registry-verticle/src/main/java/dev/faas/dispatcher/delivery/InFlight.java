package dev.faas.dispatcher.delivery;

import java.util.HashMap;
import java.util.Map;

/** Requests that are on their way, and how many more may begin. A destination that fails has few. For one thread. */
final class InFlight {
    static final int MOST = 512;
    static final int MOST_OF_OWNER = MOST / 4;
    private static final int FIRST_WINDOW = 2;
    /** Beyond so many, destinations without requests are forgotten. */
    private static final int MOST_KNOWN = 10_000;

    private static final class Window {
        int size = FIRST_WINDOW;
        int used;
    }

    private final Map<String, Window> windows = new HashMap<>();
    private final Map<String, Integer> owners = new HashMap<>();
    private int total;

    void begin(Claimed delivery) {
        total++;
        owners.merge(delivery.destination().owner(), 1, Integer::sum);
        windows.computeIfAbsent(delivery.destination().id(), id -> new Window()).used++;
    }

    void end(Attempted attempted) {
        var destination = attempted.delivery().destination();
        total--;
        owners.computeIfPresent(destination.owner(), (owner, used) -> used == 1 ? null : used - 1);
        var window = windows.get(destination.id());
        if (window == null) {
            throw new IllegalStateException("an attempt ended that had not begun");
        }
        window.used--;
        if (attempted.isSuccess()) {
            window.size = Math.min(window.size + 1, destination.spec().maxInFlight());
        } else if (attempted.isFailure()) {
            window.size = Math.max(1, window.size / 2);
        }
        if (windows.size() > MOST_KNOWN) {
            windows.values().removeIf(each -> each.used == 0);
        }
    }

    boolean isEmpty() {
        return total == 0;
    }

    boolean hasRoom() {
        return total < MOST;
    }

    DeliveryStore.Room room() {
        var ofDestinations = new HashMap<String, Integer>();
        windows.forEach((id, window) -> ofDestinations.put(id, Math.max(0, window.size - window.used)));
        var ofOwners = new HashMap<String, Integer>();
        owners.forEach((id, used) -> ofOwners.put(id, Math.max(0, MOST_OF_OWNER - used)));
        return new DeliveryStore.Room(MOST - total, ofDestinations, FIRST_WINDOW, ofOwners, MOST_OF_OWNER);
    }
}
