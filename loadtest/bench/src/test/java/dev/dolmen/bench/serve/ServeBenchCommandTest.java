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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

@ExtendWith(KeptShop.class)
class ServeBenchCommandTest {
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  private ServeBenchCommand command(String... arguments) {
    Terminal terminal = new Terminal(new PrintStream(printed, true, StandardCharsets.UTF_8), false);
    ServeBenchCommand command = new ServeBenchCommand(terminal, terminal);
    new CommandLine(command).parseArgs(arguments);
    return command;
  }

  @ParameterizedTest
  @CsvSource({
    "--items, 999, '1,000 to 20,000,000'",
    "--p99, 0, '1 to 1,000'",
    "--rate-max, 0.5, '1 to 100,000'",
    "--clicks, -1, '0 to 100,000'",
    "--seconds, 0, '1 to 600'",
    "--warm-up, 601, '0 to 600'",
    "--heap-mb, 95, 96 or more",
    "--scan, fp16, 'one of [fp32, bf16, int8]'",
    "--peers, dolmen, one of"
  })
  void refusesAnOptionByItsName(String option, String value, String expected) {
    assertThatThrownBy(() -> command(option, value).call())
        .isInstanceOf(CommandFailedException.class)
        .hasMessageStartingWith(option + ": ")
        .hasMessageContaining(expected);
  }

  /** A small shop through real processes, whatever the latency is on a machine that is busy. */
  @Test
  void measuresARealServerAndKeepsItsShop(KeptShop.Folder kept, @TempDir Path folder)
      throws Exception {
    Path json = folder.resolve("serve.json");
    int exit =
        command(
                "--items=1000",
                "--seconds=1",
                "--warm-up=1",
                "--p99=1000",
                "--rate-max=250",
                "--clicks=50",
                "--no-curve",
                "--keep=" + kept.path(),
                "--json=" + json)
            .call();
    assertThat(exit).isZero();
    JsonNode figures = new ObjectMapper().readTree(json.toFile());
    assertThat(figures.get("sustainable_per_second").get("1000").asDouble()).isPositive();
    assertThat(figures.get("p99_ms_at_sustainable").get("1000").asDouble()).isBetween(0.0, 1000.0);
    assertThat(figures.get("ready_s").get("1000").asDouble()).isPositive();
    assertThat(figures.get("resident_bytes").get("1000").asLong()).isGreaterThan(50L << 20);
    assertThat(figures.get("recall_at_20_of_exact").get("1000").asDouble()).isEqualTo(1);
    assertThat(figures.get("clicks_per_second").get("1000").asDouble()).isPositive();
    assertThat(figures.get("snapshot_pause_ms").get("1000").asDouble()).isPositive();
    assertThat(figures.get("p99_ms_of_first_1000").get("1000").asDouble()).isPositive();
    assertThat(figures.get("p99_ms_of_1000_later").get("1000").asDouble()).isPositive();
    assertThat(figures.get("memory_bytes").get("1000").get("item_vectors").asLong()).isPositive();
    for (JsonNode row : figures.get("serve")) {
      assertThat(row.fieldNames())
          .toIterable()
          .contains("items", "scan", "rate", "answered_per_second", "p50_ms", "p90_ms", "p99_ms")
          .contains("refused");
    }
    assertThat(figures.get("filters")).hasSize(5);
    assertThat(printed.toString(StandardCharsets.UTF_8)).contains("sustainable/s");
    try (Stream<Path> left = Files.list(kept.path())) {
      List<String> names = left.map(p -> p.getFileName().toString()).toList();
      assertThat(names).singleElement().asString().startsWith("shop-1-items-1000-");
    }
  }
}
