package dev.dolmen.parameterstore.table;

import dev.dolmen.parameterstore.schema.Schema;
import java.io.IOException;
import java.nio.file.Path;

/** Makes the table that an engine learns in: the product's, or one to compare it with. */
@FunctionalInterface
public interface TableFactory {
  /** An empty {@link ChronicleEmbeddingTable}. */
  TableFactory COLLISIONLESS = ChronicleEmbeddingTable::open;

  /**
   * An empty table.
   *
   * @param directory of this table alone
   * @param seed source of its randomness
   */
  EmbeddingTable open(Path directory, Schema schema, long seed) throws IOException;
}
