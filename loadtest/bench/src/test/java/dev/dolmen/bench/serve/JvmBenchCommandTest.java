package dev.dolmen.bench.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dolmen.server.cli.CommandFailedException;
import dev.dolmen.server.cli.terminal.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

@ExtendWith(KeptShop.class)
class JvmBenchCommandTest {
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  private JvmBenchCommand command(String... arguments) {
    Terminal terminal = new Terminal(new PrintStream(printed, true, StandardCharsets.UTF_8), false);
    JvmBenchCommand command = new JvmBenchCommand(terminal, terminal);
    new CommandLine(command).parseArgs(arguments);
    return command;
  }

  @ParameterizedTest
  @CsvSource({
    "--items, 999, '1,000 to 20,000,000'",
    "--rate, 0, '1 to 100,000'",
    "--rounds, 0, '1 to 100'",
    "--warm-up, -1, '0 to 3,600'",
    "--seconds, 601, '1 to 600'",
    "--heap-mb, 95, 96 or more"
  })
  void refusesAnOptionByItsName(String option, String value, String expected) {
    assertThatThrownBy(() -> command(option, value).call())
        .isInstanceOf(CommandFailedException.class)
        .hasMessageStartingWith(option + ": ")
        .hasMessageContaining(expected);
  }

  /** Two servers of a small shop, in real processes that differ by their collector. */
  @Test
  void comparesServersInTurns(KeptShop.Folder kept, @TempDir Path folder) throws Exception {
    Path json = folder.resolve("jvm.json");
    int exit =
        command(
                "--items=1000",
                "--rate=200",
                "--rounds=1",
                "--warm-up=0",
                "--seconds=3",
                "--flags=none",
                "--flags=-XX:-UseParallelGC -XX:-UseG1GC -XX:+UseSerialGC",
                "--keep=" + kept.path(),
                "--json=" + json)
            .call();
    assertThat(exit).isZero();
    JsonNode rows = new ObjectMapper().readTree(json.toFile()).get("jvm");
    assertThat(rows).hasSize(2);
    assertThat(rows.get(0).get("flags").asText()).isEmpty();
    assertThat(rows.get(0).get("p99_to_first_flags").asDouble()).isEqualTo(1);
    assertThat(rows.get(1).get("flags").asText()).endsWith("-XX:+UseSerialGC");
    for (JsonNode row : rows) {
      assertThat(row.get("ready_s").asDouble()).isPositive();
      assertThat(row.get("first_p99_ms").asDouble()).isPositive();
      assertThat(row.get("answered_per_second").asDouble()).isPositive();
    }
    assertThat(printed.toString(StandardCharsets.UTF_8)).contains("to the first");
  }
}
