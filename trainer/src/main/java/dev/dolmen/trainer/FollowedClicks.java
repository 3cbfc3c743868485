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
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  private final PendingEvents batch = new PendingEvents();

  private record Waiting(StreamStep step, long loggedUs, long offset) {}

  FollowedClicks(StreamState stream) {
    this.stream = stream;
  }

  void add(StreamStep step, long loggedUs, long offset) {
    waiting.addLast(new Waiting(step, loggedUs, offset));
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
