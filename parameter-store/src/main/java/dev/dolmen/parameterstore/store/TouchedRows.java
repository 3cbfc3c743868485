package dev.dolmen.parameterstore.store;

import dev.dolmen.parameterstore.snapshot.ChangedRows;
import org.jspecify.annotations.Nullable;

/**
 * Which rows of a slot have changed: since the last snapshot, and, where a reader elsewhere is fed,
 * since they were last drained for it. Writer only.
 */
final class TouchedRows {
  private final ChangedRows changed = new ChangedRows();
  private @Nullable TouchedFids tracked;

  /** A row is about to change, or to come. Before it does. */
  void add(int number) {
    if (tracked != null) {
      tracked.add(number);
    }
    changed.changing(number);
  }

  /** A row is about to move to another number or to end. Before it does. */
  void leaving(int number) {
    changed.changing(number);
  }

  /** The row of this number is gone and no other has taken the number. */
  void remove(int number) {
    if (tracked != null) {
      tracked.remove(number);
    }
    changed.remove(number);
  }

  /** Passes on what is touched, and what is removed. */
  void track(@Nullable TouchedFids fids) {
    tracked = fids;
  }

  @Nullable TouchedFids tracked() {
    return tracked;
  }

  /** A fid lost its row; what became of the numbers comes by {@link #add} and {@link #remove}. */
  void removed(long fid) {
    if (tracked != null) {
      tracked.removed(fid);
    }
  }

  /** See {@link TouchedFids#checkRoom}. */
  void checkRoom(long fids) {
    if (tracked != null) {
      tracked.checkRoom(fids);
    }
  }

  /** Those since the last snapshot. */
  ChangedRows changed() {
    return changed;
  }

  /** Forgets everything: the state is that of a snapshot. */
  void clear() {
    changed.clear();
    tracked = null;
  }

  long memoryBytes() {
    return changed.memoryBytes();
  }
}
