package dev.faas.dispatcher.tick;

/** The event stream did not answer in time which activations have ended. A smaller turn asks it less. */
final class SlowBusException extends Exception {
    private static final long serialVersionUID = 1L;

    SlowBusException(String message) {
        super(message);
    }
}
