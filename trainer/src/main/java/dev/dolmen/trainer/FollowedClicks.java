package dev.dolmen.trainer;

import dev.dolmen.trainer.learn.PendingEvents;
import dev.dolmen.trainer.learn.PendingSession;
import dev.dolmen.trainer.stream.StreamState;
import dev.dolmen.trainer.stream.StreamStep;
import dev.dolmen.trainer.sync.Sync;
import java.util.ArrayDeque;

/**
 * Events that have extended their sessions on this server and are counted when it is known where
 * their batch ended, with the others of it, as the trainer has counted them: what is counted comes
 * out the same, whenever a server gets to know. Owned by the thread that follows.
 */
final class FollowedClicks {
  private final StreamState stream;
  private final int maxWaiting;
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  private final PendingEvents batch = new PendingEvents();

  private record Waiting(StreamStep step, long loggedUs, long offset) {}

  /**
   * @param maxWaiting events that wait at most
   */
  FollowedClicks(StreamState stream, int maxWaiting) {
    this.stream = stream;
    this.maxWaiting = maxWaiting;
  }

  /**
   * An event waits from here on.
   *
   * @return false, and none waits any more, if these would be too many: no trainer has told for
   *     long where a batch ended, and what is counted can only begin again from a base
   */
  boolean add(StreamStep step, long loggedUs, long offset) {
    if (waiting.size() == maxWaiting) {
      waiting.clear();
      return false;
    }
    waiting.addLast(new Waiting(step, loggedUs, offset));
    return true;
  }

  /** Counts what a batch holds. */
  void count(Sync.End end) {
    while (!waiting.isEmpty() && waiting.getFirst().offset <= end.logOffset()) {
      Waiting next = waiting.removeFirst();
      batch.add(next.step, next.loggedUs);
    }
    for (PendingSession session : batch.sessions()) {
      session.dropDeleted(stream.catalog());
      session.forEachNew(end.eventTimeMs(), stream::clicked);
    }
    batch.clear();
  }
}
