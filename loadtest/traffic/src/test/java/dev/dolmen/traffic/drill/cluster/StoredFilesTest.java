package dev.dolmen.traffic.drill.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.parameterstore.archive.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoredFilesTest {
  private static final String OLD = "0000000000000009-00000000000000ff";
  private static final String NEW = "0000000000000010-0000000000000100";

  @TempDir Path folder;
  private StoredFiles stored;

  @BeforeEach
  void name() {
    stored = new StoredFiles(folder);
  }

  private String put(String text) throws Exception {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    String name = Sha256.of(bytes);
    Files.createDirectories(folder.resolve("data"));
    Files.write(folder.resolve("data").resolve(name), bytes);
    return name;
  }

  private void list(String id, String... pieces) throws IOException {
    Files.createDirectories(folder.resolve("snapshots"));
    StringBuilder text = new StringBuilder("dolmen-archive 1\n");
    for (String piece : pieces) {
      text.append("piece ").append(id).append(" table 5 ").append(piece).append('\n');
    }
    Files.writeString(folder.resolve("snapshots").resolve(id), text);
  }

  @Test
  void nothingIsThereBeforeAnythingWasPut() throws Exception {
    assertThat(stored.ids()).isEmpty();
    assertThat(stored.newest()).isEmpty();
  }

  @Test
  void whatIsOnItsWayIsNoSnapshot() throws Exception {
    list(NEW, put("new"));
    list(OLD, put("old"));
    Files.writeString(folder.resolve("snapshots/.on-its-way"), "");
    assertThat(stored.ids()).containsExactly(OLD, NEW);
    assertThat(stored.newest()).isEqualTo(NEW);
    assertThat(StoredFiles.batches(NEW)).isEqualTo(10);
  }

  @Test
  void damageIsToOneSnapshotAloneAndIsSeen() throws Exception {
    String base = put("base");
    String delta = put("delta");
    list(OLD, base);
    list(NEW, base, put(""), delta);
    stored.damage(NEW);
    assertThat(stored.damaged(OLD)).isEmpty();
    assertThat(stored.damaged(NEW)).isEqualTo(delta);
    assertThat(Files.size(folder.resolve("data").resolve(delta))).isEqualTo(5);
  }

  @Test
  void aPieceThatIsGoneIsSeen() throws Exception {
    String base = put("base");
    list(OLD, base);
    Files.delete(folder.resolve("data").resolve(base));
    assertThat(stored.damaged(OLD)).isEqualTo(base);
  }

  @Test
  void aSnapshotWithoutPiecesOfItsOwnCannotBeDamagedAlone() throws Exception {
    String base = put("base");
    list(OLD, base);
    list(NEW, base);
    assertThatThrownBy(() -> stored.damage(NEW)).hasMessageContaining("no piece of its own");
    assertThat(stored.damaged(NEW)).isEmpty();
  }
}
