package dev.dolmen.parameterstore.store;

import dev.dolmen.parameterstore.schema.Schema;

/** Makes the table that an engine learns in: the product's, or one to compare it with. */
@FunctionalInterface
public interface TableFactory {
  /** An empty {@link ChronicleEmbeddingTable}. */
  TableFactory COLLISIONLESS = ChronicleEmbeddingTable::new;

  /**
   * An empty table.
   *
   * @param seed source of its randomness
   */
  EmbeddingTable open(Schema schema, long seed);
}
