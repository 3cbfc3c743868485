package dev.dolmen.trainer.session;

import org.jspecify.annotations.Nullable;

/** What any thread may read of the sessions, at any time. */
public interface SessionReader {
  /** The last events of a session, or null if it is not known. */
  @Nullable SessionHistory get(String sessionId);

  /** The items that a session has seen, as far as they are kept. */
  SeenItems seen(String sessionId);

  /** Bytes of the heap that the items seen by all sessions take, about. */
  long seenBytes();

  /** Number of sessions. */
  int size();

  /** Sessions that made room for others. */
  long evicted();

  /** Sessions that ended by idleness. */
  long expired();
}
