package dev.dolmen.traffic.drill.cluster;

import java.io.IOException;
import java.util.List;

/**
 * A store that gives back other bytes than were put: what is done to it, and what has to come of
 * it. Whoever takes what it gives unchecked, or passes over it in silence, does not pass. One
 * thread.
 */
final class StoreLie {
  private StoreLie() {}

  /** Whether the newest snapshot and the one before can be told apart by what they hold. */
  static boolean isPossible(StoredFiles stored) throws IOException {
    List<String> ids = stored.ids();
    return ids.size() > 1
        && StoredFiles.batches(ids.getLast()) > StoredFiles.batches(ids.get(ids.size() - 2))
        && !stored.ownPieces(ids.getLast()).isEmpty();
  }

  /**
   * Damages the newest snapshot, and lets a server begin again, which has to take the one before
   * and to say so.
   *
   * @param stored what {@link #isPossible} holds of
   * @throws IOException if the server does anything else
   */
  static void tell(StoredFiles stored, BareServer server) throws IOException, InterruptedException {
    List<String> ids = stored.ids();
    String damaged = ids.getLast();
    stored.damage(damaged);
    server.beginAgain();
    requireBegunWith(ids.get(ids.size() - 2), server);
    server.requireSaid("Snapshot " + damaged);
    server.requireSaid("is not whole, trying the one before");
  }

  /**
   * While no trainer is there, a server has learned what the snapshot had.
   *
   * @throws IOException if it has learned something else
   */
  static void requireBegunWith(String id, BareServer server)
      throws IOException, InterruptedException {
    long batches = server.awaitBatches();
    if (batches != StoredFiles.batches(id)) {
      throw new IOException(
          server.name() + " began with " + batches + " batches, and not with snapshot " + id);
    }
  }
}
