package dev.dolmen.parameterstore.store;

import dev.dolmen.parameterstore.snapshot.SnapshotWriter;
import java.io.IOException;

/** A {@link FrozenTable} that is the table itself, standing still. */
final class UncopiedTable implements FrozenTable {
  private final EmbeddingTable table;
  private final CopiedTable.Ending ending;

  UncopiedTable(EmbeddingTable table, CopiedTable.Ending ending) {
    this.table = table;
    this.ending = ending;
  }

  @Override
  public long copiedRows() {
    return 0;
  }

  @Override
  public void writeTo(SnapshotWriter snapshot) throws IOException {
    table.writeTo(snapshot);
  }

  @Override
  public void release(boolean durable) {
    ending.settle(durable);
  }
}
