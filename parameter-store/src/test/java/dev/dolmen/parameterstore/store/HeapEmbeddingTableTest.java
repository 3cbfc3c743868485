package dev.dolmen.parameterstore.store;

import dev.dolmen.parameterstore.schema.Schema;

class HeapEmbeddingTableTest extends EmbeddingTableContract {
  @Override
  EmbeddingTable open(Schema schema) {
    return new HeapEmbeddingTable(schema, SEED);
  }
}
