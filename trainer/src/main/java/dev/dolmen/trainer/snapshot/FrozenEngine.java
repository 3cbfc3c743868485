package dev.dolmen.trainer.snapshot;

import dev.dolmen.parameterstore.snapshot.SectionInFlight;
import dev.dolmen.parameterstore.snapshot.WholeSection;
import dev.dolmen.parameterstore.store.FrozenTable;
import dev.dolmen.trainer.learn.Learner;
import dev.dolmen.trainer.state.StateCopy;
import dev.dolmen.trainer.state.StateRows;
import dev.dolmen.trainer.state.StateSection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a snapshot holds, as it was at one barrier. The training thread gives it piece by
 * piece while it goes on; little is copied at the barrier itself.
 */
final class FrozenEngine {
  private final Origin origin;
  private final FrozenTable table;
  private final List<StateRows> rows = new ArrayList<>();
  private final SnapshotPieces pieces;

  /** For how long training stood still at once, microseconds, at most. */
  private volatile long pauseUs;

  /**
   * What a snapshot is of.
   *
   * @param id the snapshot's
   * @param parent id of the snapshot whose changes it holds, or null if it holds everything
   * @param metadata for the manifest
   * @param position where log and journal stood
   * @param batches batches learned
   * @param requestedUs when it was asked for, microseconds
   */
  record Origin(
      String id,
      @Nullable String parent,
      Map<String, String> metadata,
      SnapshotCodec.Position position,
      long batches,
      long requestedUs) {}

  /** Takes the state of now. Training thread, nothing pending, the one before released. */
  FrozenEngine(Learner learner, Origin origin) {
    this.origin = origin;
    boolean delta = origin.parent != null;
    table = learner.table().freeze(delta);
    List<SectionInFlight> sections = new ArrayList<>(table.sections());
    for (StateSection section : learner.sections()) {
      StateCopy rest = section.part().copyRest();
      sections.add(new WholeSection(section.name(), rest::writeTo));
      for (StateRows each : section.part().rows()) {
        sections.add(each.freeze(delta));
        rows.add(each);
      }
    }
    pieces = new SnapshotPieces(sections);
  }

  Origin origin() {
    return origin;
  }

  SnapshotPieces pieces() {
    return pieces;
  }

  /** Rows of the table that it holds. */
  long copiedRows() {
    return table.copiedRows();
  }

  long pauseUs() {
    return pauseUs;
  }

  /** Training stood still for so long. Training thread. */
  void paused(long us) {
    pauseUs = Math.max(pauseUs, us);
  }

  /**
   * Ends it. Training thread, once.
   *
   * @param durable whether the snapshot is on disk
   */
  void release(boolean durable) {
    pieces.end();
    table.release(durable);
    rows.forEach(each -> each.settle(durable));
  }
}
