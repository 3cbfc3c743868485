package dev.dolmen.parameterstore.store;

/**
 * So many rows of a slot have changed since they were last drained that the next call could go
 * beyond the bound: nothing was changed. Drain, then call again.
 */
public final class TouchedFullException extends RuntimeException {
  TouchedFullException(int slot, long touched, long more, int bound) {
    super(
        "slot "
            + slot
            + ": "
            + touched
            + " touched fids wait to be drained, "
            + more
            + " more could go beyond the bound of "
            + bound
            + "; drain first");
  }
}
