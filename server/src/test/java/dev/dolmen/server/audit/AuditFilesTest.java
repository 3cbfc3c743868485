package dev.dolmen.server.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditFilesTest {
  @TempDir Path directory;

  @Test
  void theOldestGoSoThatAllStayWithinTheBound() throws IOException {
    Path folder = directory.resolve("audit");
    try (AuditFiles files = new AuditFiles(folder, 100, 350)) {
      for (int i = 0; i < 100; i++) {
        files.append(line(i));
        assertThat(sizes(folder).values()).allSatisfy(size -> assertThat(size).isLessThan(101));
        assertThat(sizes(folder).values().stream().mapToLong(Long::longValue).sum())
            .isLessThanOrEqualTo(350);
      }
    }
    // Ten lines of ten bytes a file: two that have ended and the current one, which may fill up.
    assertThat(sizes(folder))
        .containsOnlyKeys("audit-000008.jsonl", "audit-000009.jsonl", "audit.jsonl");
    assertThat(lines(folder)).hasSize(30).startsWith("line 0070").endsWith("line 0099");
  }

  @Test
  void nobodyElseMayReadThem() throws IOException {
    Path folder = directory.resolve("audit");
    try (AuditFiles files = new AuditFiles(folder, 20, 100)) {
      for (int i = 0; i < 5; i++) {
        files.append(line(i));
      }
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
        .isEqualTo("rwx------");
    for (String name : sizes(folder).keySet()) {
      Path file = folder.resolve(name);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
    }
    assertThat(sizes(folder)).hasSize(3);
  }

  @Test
  void itGoesOnBehindTheLastWholeLine() throws IOException {
    try (AuditFiles files = new AuditFiles(directory, 1_000, 2_000)) {
      files.append(line(1));
    }
    Path current = directory.resolve(AuditFiles.CURRENT);
    Files.writeString(current, Files.readString(current) + "{\"half\": ");
    try (AuditFiles files = new AuditFiles(directory, 1_000, 2_000)) {
      files.append(line(2));
      files.append(line(3));
    }
    assertThat(lines(directory)).containsExactly("line 0001", "line 0002", "line 0003");
    // A line longer than any file has one for itself, and numbers go on.
    try (AuditFiles files = new AuditFiles(directory, 1, 2_000)) {
      files.append(line(4));
      files.append(line(5));
    }
    assertThat(sizes(directory))
        .containsOnlyKeys("audit-000001.jsonl", "audit-000002.jsonl", "audit.jsonl");
  }

  @Test
  void itBeginsAgainWhereTheFileWasTakenAway() throws IOException {
    Path current = directory.resolve(AuditFiles.CURRENT);
    try (AuditFiles files = new AuditFiles(directory, 1_000, 2_000)) {
      files.append(line(1));
      Files.move(current, directory.resolve("taken"));
      files.append(line(2));
      assertThat(Files.readString(current)).isEqualTo("line 0002\n");
    }
  }

  @Test
  void whoeverWritesIsToldAndMayTryAgain() throws IOException {
    Path folder = directory.resolve("audit");
    Files.writeString(folder, "no directory");
    try (AuditFiles files = new AuditFiles(folder, 1_000, 2_000)) {
      assertThatThrownBy(() -> files.append(line(1))).isInstanceOf(IOException.class);
      Files.delete(folder);
      files.append(line(2));
    }
    assertThat(lines(folder)).containsExactly("line 0002");
  }

  private static byte[] line(int i) {
    return "line %04d\n".formatted(i).getBytes(StandardCharsets.UTF_8);
  }

  private static SortedMap<String, Long> sizes(Path folder) throws IOException {
    SortedMap<String, Long> sizes = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        sizes.put(file.getFileName().toString(), Files.size(file));
      }
    }
    return sizes;
  }

  private static List<String> lines(Path folder) throws IOException {
    StringBuilder all = new StringBuilder();
    for (String name : sizes(folder).keySet()) { // In the order of their names, the current last.
      all.append(Files.readString(folder.resolve(name)));
    }
    return all.toString().lines().toList();
  }
}
