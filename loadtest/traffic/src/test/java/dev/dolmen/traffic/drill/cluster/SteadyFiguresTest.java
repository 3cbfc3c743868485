package dev.dolmen.traffic.drill.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.server.cli.terminal.JsonReport;
import org.junit.jupiter.api.Test;

class SteadyFiguresTest {
  private static final double NEVER = Double.POSITIVE_INFINITY;

  /** More load than a machine bears is an outcome, and not the end of the drill. */
  @Test
  void whatWasNotLearnedInTimeIsSaidAndIsNoNumberInJson() {
    SteadyFigures figures =
        new SteadyFigures("bf16", 1_000, 11, 145, 4_005, NEVER, 2e6, 0.05, 31_000);
    assertThat(figures.text()).contains("learned after 4005, more than 30000;");
    assertThat(figures.into(new JsonReport()).text())
        .contains("\"visible_learned_p50_ms\" : 4005.0")
        .contains("\"visible_learned_p99_ms\" : null");
  }
}
