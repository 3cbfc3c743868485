package dev.dolmen.parameterstore.store;

import dev.dolmen.parameterstore.admission.AdmissionFilter;
import dev.dolmen.parameterstore.snapshot.RowsFormat;
import dev.dolmen.parameterstore.snapshot.SnapshotWriter;
import java.io.DataOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A slot's part of a {@link FrozenTable}: copies that nothing changes any more. */
final class FrozenSlot {
  private final int slot;
  private final boolean delta;
  private final byte[] head;
  private final int rowBytes;
  private final int rows;
  private final RowBuffer copies;
  private final @Nullable AdmissionFilter filter;

  /**
   * @param delta whether {@code copies} holds touched rows with their numbers, or all rows
   * @param head the head of the rows section
   * @param rows rows of the slot
   * @param filter a copy of the slot's filter
   */
  FrozenSlot(
      int slot,
      boolean delta,
      byte[] head,
      int rowBytes,
      int rows,
      RowBuffer copies,
      @Nullable AdmissionFilter filter) {
    this.slot = slot;
    this.delta = delta;
    this.head = head;
    this.rowBytes = rowBytes;
    this.rows = rows;
    this.copies = copies;
    this.filter = filter;
  }

  int copied() {
    return copies.entries();
  }

  void writeTo(SnapshotWriter snapshot) throws IOException {
    String name = TableLayout.rowsSection(slot);
    try (DataOutputStream out = snapshot.section(delta ? RowsFormat.deltaName(name) : name)) {
      if (delta) {
        RowsFormat.writeDelta(out, head, rowBytes, rows, copies.entries());
      } else {
        RowsFormat.writeWhole(out, head, rowBytes, rows);
      }
      copies.writeTo(out);
    }
    if (filter != null) {
      try (DataOutputStream out = snapshot.section(TableLayout.filterSection(slot))) {
        filter.writeTo(out);
      }
    }
  }
}
