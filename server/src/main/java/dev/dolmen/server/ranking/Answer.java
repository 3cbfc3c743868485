package dev.dolmen.server.ranking;

/** Takes the answer to one request, or why there is none: one of the two, once. */
public interface Answer<T> {
  /** Takes the answer. */
  void give(T answer);

  /** Takes why there is none. */
  void fail(RuntimeException why);
}
