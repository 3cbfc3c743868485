package dev.dolmen.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The unrolled tiles are what {@link TileSource} writes, byte for byte. */
final class TileSourceTest {
  @Test
  void tilesAreWhatIsWritten() throws IOException {
    for (Map.Entry<String, List<TileSource.Part>> file : TileSource.PARTS.entrySet()) {
      String source = Files.readString(Path.of(file.getKey()));
      assertThat(TileSource.written(source, file.getValue())).isEqualTo(source);
    }
  }

  @Test
  void whatWasChangedByHandIsWrittenAgain() {
    TileSource.Part part = new TileSource.Part("sum", "  written\n");
    String head = "class X {\n  // Begin of sum, written by TileSource.\n\n";
    String tail = "\n  // End of sum.\n}\n";
    assertThat(part.in(head + "  by hand\n" + tail)).isEqualTo(head + "  written\n" + tail);
    assertThatThrownBy(() -> part.in("class X {}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("sum");
  }
}
