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
class ExplainBenchCommandTest {
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  private ExplainBenchCommand command(String... arguments) {
    Terminal terminal = new Terminal(new PrintStream(printed, true, StandardCharsets.UTF_8), false);
    ExplainBenchCommand command = new ExplainBenchCommand(terminal, terminal);
    new CommandLine(command).parseArgs(arguments);
    return command;
  }

  @ParameterizedTest
  @CsvSource({
    "--items, 999, '1,000 to 20,000,000'",
    "--events, 0, 1 to 50",
    "--k, 101, 1 to 100",
    "--warm-up, -1, '0 to 1,000'",
    "--rounds, 0, '1 to 1,000'",
    "--heap-mb, 95, 96 or more"
  })
  void refusesAnOptionByItsName(String option, String value, String expected) {
    assertThatThrownBy(() -> command(option, value).call())
        .isInstanceOf(CommandFailedException.class)
        .hasMessageStartingWith(option + ": ")
        .hasMessageContaining(expected);
  }

  /** Ranking in this process and requests to a real server process, of a small shop. */
  @Test
  void timesRankingAndWholeRequests(KeptShop.Folder kept, @TempDir Path folder) throws Exception {
    Path json = folder.resolve("explain.json");
    int exit =
        command(
                "--items=1000",
                "--events=3",
                "--k=5",
                "--warm-up=1",
                "--rounds=2",
                "--keep=" + kept.path(),
                "--json=" + json)
            .call();
    assertThat(exit).isZero();
    JsonNode rows = new ObjectMapper().readTree(json.toFile()).get("explain");
    assertThat(rows)
        .extracting(row -> row.get("what").asText())
        .containsExactly("ranking", "request", "score");
    for (JsonNode row : rows) {
      assertThat(row.get("plain_us").asDouble()).isPositive();
      assertThat(row.get("explained_us").asDouble()).isPositive();
      assertThat(row.get("ratio").asDouble()).isPositive();
    }
    assertThat(printed.toString(StandardCharsets.UTF_8)).contains("us with reasons");
  }
}
