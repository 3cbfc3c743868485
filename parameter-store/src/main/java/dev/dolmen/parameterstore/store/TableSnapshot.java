package dev.dolmen.parameterstore.store;

import dev.dolmen.parameterstore.schema.WeightStorage;
import dev.dolmen.parameterstore.snapshot.SnapshotReader;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.List;

/**
 * The embedding table in a snapshot, for looking at without restoring it: needs neither schema nor
 * configuration, as the snapshot says what its rows are. Any thread.
 */
public final class TableSnapshot {
  private final SnapshotReader snapshot;
  private final TableLayout.Shape shape;

  private TableSnapshot(SnapshotReader snapshot, TableLayout.Shape shape) {
    this.snapshot = snapshot;
    this.shape = shape;
  }

  /**
   * One slot.
   *
   * @param name the slot's name
   * @param dim floats of weight in a row
   * @param optimizer kind of its optimiser
   * @param stateFloats floats of optimiser state in a row
   * @param storage how its weights are kept
   * @param segments name, floats and optimiser of each part of a row, as one text
   */
  public record SlotShape(
      String name,
      int dim,
      String optimizer,
      int stateFloats,
      WeightStorage storage,
      List<String> segments) {
    /** Copies the list. */
    public SlotShape {
      segments = List.copyOf(segments);
    }
  }

  /**
   * Reads what the rows are.
   *
   * @throws IOException if the snapshot is damaged, or its table of a version that is not known
   */
  public static TableSnapshot open(SnapshotReader snapshot) throws IOException {
    try (DataInputStream in = snapshot.section(TableLayout.SECTION)) {
      return new TableSnapshot(snapshot, TableLayout.readShape(in));
    }
  }

  /** Version of the layout that tables are written in. */
  public static int versionOfNow() {
    return TableLayout.VERSION;
  }

  /** Version of the table's layout; changes can be merged with one of version 2 or later. */
  public int version() {
    return shape.version();
  }

  /** Seed of the table. */
  public long seed() {
    return shape.seed();
  }

  /** The slot at which the next expiry starts. */
  int expireSlot() {
    return shape.expireSlot();
  }

  /** All slots, by their number. */
  public List<SlotShape> slots() {
    return shape.slots();
  }

  /** Number of the slot of a name, or -1. */
  public int slotOf(String name) {
    for (int slot = 0; slot < shape.slots().size(); slot++) {
      if (shape.slots().get(slot).name().equals(name)) {
        return slot;
      }
    }
    return -1;
  }

  /** Reads the rows of a slot one by one. */
  public RowCursor rows(int slot) throws IOException {
    return new RowCursor(
        snapshot.section(TableLayout.rowsSection(slot)), shape.version(), shape.slots().get(slot));
  }
}
