package dev.dolmen.parameterstore.table;

import dev.dolmen.parameterstore.schema.Schema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class ChronicleEmbeddingTableTest extends EmbeddingTableContract {
  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path directory;

  @Override
  EmbeddingTable open(Schema schema) throws IOException {
    return ChronicleEmbeddingTable.open(
        Files.createTempDirectory(directory, "table"), schema, SEED);
  }
}
