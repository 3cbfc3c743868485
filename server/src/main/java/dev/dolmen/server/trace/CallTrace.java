package dev.dolmen.server.trace;

import io.grpc.Status;

/**
 * What one call tells of itself. Any thread. Everything may be told of a call that is not traced,
 * where it does nothing, and of one that has ended, where it is left out.
 */
public interface CallTrace {
  /** Of a call that is not traced. */
  CallTrace NONE = new CallTrace() {};

  /** A stage that may go on next to others. */
  @FunctionalInterface
  interface Part {
    /** Of a call that is not traced. */
    Part NONE = () -> {};

    /** It is over. More than once is as good as once. */
    void end();
  }

  /** A stage begins, which ends the one that was {@link #enter}ed before. */
  default void enter(Stage stage) {}

  /** The stage that was entered is over. */
  default void leave() {}

  /** A stage begins that may overlap with others. */
  default Part begin(Stage stage) {
    return Part.NONE;
  }

  /** Notes a number; one that is noted again replaces the one before. */
  default void note(Figure figure, long value) {}

  /** Notes whose visit it is, which is kept only if the configuration wants it. */
  default void session(String id) {}

  /** Notes which route of HTTP was taken, with its variables unfilled. */
  default void route(String template) {}

  /** A call over gRPC has ended. */
  default void end(Status status) {}

  /**
   * A request over HTTP has ended.
   *
   * @param status of the answer; 0 if none was written
   */
  default void endHttp(int status) {}
}
