package dev.dolmen.parameterstore.table;

import dev.dolmen.parameterstore.schema.Schema;

class ChronicleEmbeddingTableTest extends EmbeddingTableContract {
  @Override
  EmbeddingTable open(Schema schema) {
    return new ChronicleEmbeddingTable(schema, SEED);
  }
}
