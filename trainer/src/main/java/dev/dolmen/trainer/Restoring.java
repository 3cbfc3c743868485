package dev.dolmen.trainer;

import dev.dolmen.parameterstore.store.SlotStatistics;
import dev.dolmen.trainer.learn.KeptVectors;
import dev.dolmen.trainer.learn.Learner;
import dev.dolmen.trainer.snapshot.SnapshotCodec;
import dev.dolmen.trainer.snapshot.SnapshotInfo;
import dev.dolmen.trainer.state.SlowStep;
import java.io.IOException;
import java.util.Locale;

/** Reading the newest snapshot at a start, of which the log says how far it is. */
final class Restoring {
  private Restoring() {}

  /**
   * Reads it, and its items' vectors if they were kept with it; else it encodes them.
   *
   * @param into new, nothing learned
   * @param vectors of that learner
   * @return where log and journal stood; zeros if there is no snapshot
   * @throws IOException as {@link SnapshotCodec#restore}
   */
  static SnapshotCodec.Position newest(SnapshotCodec snapshots, Learner into, KeptVectors vectors)
      throws IOException {
    try (SlowStep _ = SlowStep.begin("Restoring the snapshot", () -> soFar(into))) {
      SnapshotCodec.Position restored = snapshots.restore(into);
      SnapshotInfo newest = snapshots.latest();
      vectors.restore(newest == null ? "" : newest.id());
      return restored;
    }
  }

  private static String soFar(Learner into) {
    return String.format(
        Locale.ROOT,
        "%,d embedding rows and %,d items are read, vectors of %,d items are there",
        into.slotStatistics().stream().mapToLong(SlotStatistics::rows).sum(),
        into.stream().catalog().size(),
        into.live(0).vectors().present());
  }
}
