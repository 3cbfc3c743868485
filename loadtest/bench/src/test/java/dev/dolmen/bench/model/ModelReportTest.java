package dev.dolmen.bench.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ModelReportTest {
  private static ModelLine line(String op, String shape, String by, double us) {
    return new ModelLine(op, shape, by, us, 0.0, null, null, null, null);
  }

  @Test
  void ratiosAreThePeersTimeOverOurs() {
    String train = TrainFigures.shapes(true).getFirst().toString();
    String json =
        new ModelReport(
                List.of(
                    line("encode", "d64 l20 b1", ModelLine.DOLMEN, 20),
                    line("encode", "d64 l20 b1", ModelLine.DJL, 200).withError(1e-7),
                    line("encode", "d64 l20 b1", ModelLine.ONNX_RUNTIME, 80).withError(1e-7),
                    line("encode", "d64 l20 b64", ModelLine.DOLMEN, 1_000),
                    line("encode", "d64 l20 b64", ModelLine.DJL, 2_500).withError(1e-7),
                    line("train", train, ModelLine.DOLMEN, 100),
                    line("train", train, ModelLine.DJL, 300).withError(1e-7),
                    line("product", "20x192x64", ModelLine.DOLMEN, 5).withOperations(600_000, 240),
                    line("scan", "int8 q1", ModelLine.DOLMEN, 2_000).withBytes(64e6)))
            .json("a machine")
            .text();
    assertThat(json)
        .contains("\"encode_us_b1_l20_d64\" : 20.0")
        .contains("\"encode_b1_times_faster_than_djl\" : 10.0")
        .contains("\"encode_b1_times_faster_than_onnxruntime\" : 4.0")
        .contains("\"encode_b64_times_faster_than_djl\" : 2.5")
        .contains("\"train_step_times_faster_than_djl\" : 3.0")
        .contains("\"matmul_share_of_peak\" : 0.5")
        .contains("\"scan_int8_gb_per_second\" : 32.0");
  }

  @Test
  void whatWasNotMeasuredIsNull() {
    ModelReport report =
        new ModelReport(List.of(line("encode", "d64 l20 b1", ModelLine.DOLMEN, 20)));
    assertThat(report.json("a machine").text())
        .contains("\"encode_b1_times_faster_than_djl\" : null")
        .contains("\"matmul_share_of_peak\" : null");
    assertThat(report.text()).contains("d64 l20 b1").doesNotContain("Training");
  }

  @Test
  void aPeerThatComputesSomethingElseIsRefused() {
    float[] ours = {1, 2, 3};
    assertThat(Numbers.checkedError("peer", new float[] {1, 2, 3}, ours, 3)).isZero();
    assertThatThrownBy(() -> Numbers.checkedError("peer", new float[] {1, 2, 3.1f}, ours, 3))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("peer");
  }
}
