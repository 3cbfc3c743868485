package dev.dolmen.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dolmen.trainer.log.ChronicleFeedbackLog;
import dev.dolmen.trainer.log.DirectoryLock;
import dev.dolmen.trainer.log.SegmentBytes;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * The commands that look at a feedback log, on one of twenty records, the eighth of them damaged.
 */
class LogCommandTest {
  @TempDir Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private String place = "";

  @BeforeEach
  void makeLog() throws IOException {
    Path log = directory.resolve("log");
    try (ChronicleFeedbackLog records = new ChronicleFeedbackLog(log, 1L << 20, 16L << 20, false)) {
      for (int i = 0; i < 20; i++) {
        records.begin(("record " + i).getBytes(StandardCharsets.UTF_8)).await();
      }
    }
    Path file = SegmentBytes.last(log);
    long at = SegmentBytes.positions(file).get(7);
    SegmentBytes.write(file, at + 14, new byte[] {'R'});
    place = file + " at byte " + at + ", log offset 8";
  }

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    CommandLine command = DolmenCommand.commandLine();
    return command
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  @Test
  void verifyNamesWhatIsDamagedAndChangesNothing() throws Exception {
    String data = directory.toString();
    assertThat(run("log", "verify", data)).isEqualTo(1);
    assertThat(out.toString())
        .contains("1 files, 19 whole records from offset 1 to 20")
        .contains("DAMAGED: " + place + ": a record of 17 bytes is not what its checksum says")
        .contains("the next record that can be read has offset 9");
    assertThat(run("log", "verify", data, "--json")).isEqualTo(1);
    JsonNode json = new ObjectMapper().readTree(out.toString());
    assertThat(json.path("records").asInt()).isEqualTo(19);
    assertThat(json.path("damages").path(0).path("offset").asInt()).isEqualTo(8);
    assertThat(json.path("damages").path(0).path("next_offset").asInt()).isEqualTo(9);
  }

  @Test
  void skipKeepsWhatIsBehind() {
    assertThat(run("log", "skip", directory.toString())).isZero();
    assertThat(out.toString()).contains("19 whole records from offset 1 to 20");
    assertThat(run("log", "verify", directory.toString())).isZero();
  }

  @Test
  void cutEndsTheLog() {
    assertThat(run("log", "cut", directory.toString())).isZero();
    assertThat(out.toString()).contains("7 whole records from offset 1 to 7");
    assertThat(run("log", "verify", directory.toString())).isZero();
  }

  @Test
  void nothingIsMendedWhileAProcessHasIt() throws Exception {
    try (DirectoryLock _ = DirectoryLock.acquire(directory)) {
      assertThat(run("log", "cut", directory.toString())).isEqualTo(1);
      assertThat(err.toString()).contains("in use by process " + ProcessHandle.current().pid());
    }
    assertThat(run("log", "verify", directory.toString())).isEqualTo(1);
  }

  @Test
  void aDirectoryWithoutALogIsSaidToBeOne() {
    assertThat(run("log", "verify", directory.resolve("other").toString())).isEqualTo(1);
    assertThat(err.toString()).contains("there is no log in it").contains("a data directory");
  }
}
