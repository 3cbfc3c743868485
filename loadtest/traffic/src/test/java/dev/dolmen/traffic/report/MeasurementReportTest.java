package dev.dolmen.traffic.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.server.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A measurement is added to the record, with everything that it is worth something by. */
class MeasurementReportTest {
  @TempDir Path folder;

  private static MeasurementReport report(String figures) {
    return new MeasurementReport(
        "drill-crash",
        new Provenance(
            "dolmen drill crash --seconds 20",
            "--seconds 20.0, --seed 1",
            Instant.parse("2026-11-28T07:05:59Z"),
            "a machine with two cores",
            "1.2.3",
            new Commit("abc1234", true)),
        figures);
  }

  @Test
  void hasAllFields() throws IOException {
    Path file = report("```text\nlost 0\n```").write(folder.resolve("new/folder"), null);
    assertThat(file.getFileName()).hasToString("2026-11-28-drill-crash-abc1234.md");
    assertThat(file)
        .hasContent(
            """
            # drill crash, 2026-11-28

            - date: 2026-11-28 07:05 UTC
            - machine: a machine with two cores
            - version: 1.2.3
            - commit: abc1234, and changes
            - command: `dolmen drill crash --seconds 20`
            - settings: --seconds 20.0, --seed 1

            ```text
            lost 0
            ```
            """);
  }

  @Test
  void addsAndNeverOverwrites() throws IOException {
    Path other = Files.writeString(folder.resolve("2026-11-28-drill-crash-abc1234-2.html"), "old");
    Path first = report("first").write(folder, null);
    Path third = report("third").write(folder, "<p>drawn</p>");
    Path fourth = report("fourth").write(folder, null);
    assertThat(first).content().contains("first").doesNotContain("drawings");
    assertThat(third.getFileName()).hasToString("2026-11-28-drill-crash-abc1234-3.md");
    assertThat(third)
        .content()
        .contains("third")
        .contains("(2026-11-28-drill-crash-abc1234-3.html)");
    assertThat(third.resolveSibling("2026-11-28-drill-crash-abc1234-3.html"))
        .hasContent("<p>drawn</p>");
    assertThat(fourth.getFileName()).hasToString("2026-11-28-drill-crash-abc1234-4.md");
    assertThat(other).hasContent("old");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).hasSize(5);
    }
  }

  @Test
  void namesTheCommitOrTheVersion() throws Exception {
    assertThat(Commit.of(folder)).isEqualTo(new Commit(Version.current(), false));
    Path file = Files.writeString(folder.resolve("file"), "one");
    git("init", "-q");
    git("add", "file");
    git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "one");
    Commit clean = Commit.of(folder);
    assertThat(clean.id()).matches("[0-9a-f]{7,}");
    assertThat(clean).hasToString(clean.id());
    Files.writeString(folder.resolve("not tracked"), "x");
    assertThat(Commit.of(folder)).isEqualTo(clean);
    Files.writeString(file, "two");
    assertThat(Commit.of(folder)).hasToString(clean.id() + ", and changes");
  }

  private void git(String... arguments) throws Exception {
    String[] command = Stream.concat(Stream.of("git"), Stream.of(arguments)).toArray(String[]::new);
    Process git = new ProcessBuilder(command).directory(folder.toFile()).inheritIO().start();
    assertThat(git.waitFor()).isZero();
  }
}
