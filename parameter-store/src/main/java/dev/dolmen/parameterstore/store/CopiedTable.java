package dev.dolmen.parameterstore.store;

import dev.dolmen.parameterstore.snapshot.SnapshotWriter;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;

/** A {@link FrozenTable} of copies. */
final class CopiedTable implements FrozenTable {
  private final byte[] layout;
  private final List<FrozenSlot> slots;
  private final Ending ending;

  /** What the table does in the end. */
  interface Ending {
    void settle(boolean durable);
  }

  /**
   * @param layout the section {@code table/layout}
   */
  CopiedTable(byte[] layout, List<FrozenSlot> slots, Ending ending) {
    this.layout = layout;
    this.slots = slots;
    this.ending = ending;
  }

  @Override
  public long copiedRows() {
    return slots.stream().mapToLong(FrozenSlot::copied).sum();
  }

  @Override
  public void writeTo(SnapshotWriter snapshot) throws IOException {
    try (DataOutputStream out = snapshot.section(TableLayout.SECTION)) {
      out.write(layout);
    }
    for (FrozenSlot slot : slots) {
      slot.writeTo(snapshot);
    }
  }

  @Override
  public void release(boolean durable) {
    ending.settle(durable);
  }
}
