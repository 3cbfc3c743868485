package dev.dolmen.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.model.data.DenseOptimizerOptions;
import dev.dolmen.model.data.FeatureColumn;
import dev.dolmen.model.data.ModelOptions;
import dev.dolmen.model.data.Pooling;
import dev.dolmen.model.data.TaskOptions;
import dev.dolmen.model.item.ScanPrecision;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelCardTest {
  private static ModelOptions options(Pooling pooling, TaskOptions tasks) {
    return ModelOptions.builder()
        .width(8)
        .layers(2)
        .heads(2)
        .feedForwardWidth(16)
        .maxSessionLength(5)
        .pooling(pooling)
        .eventTypes(4)
        .gapBuckets(6)
        .itemColumns(List.of(new FeatureColumn("id", 0, 10), new FeatureColumn("brand", 1, 4)), 0)
        .contextColumns(List.of(new FeatureColumn("device", 2, 3)))
        .tasks(tasks)
        .build();
  }

  @Test
  void parametersAreThoseOfTheModel() {
    ModelOptions options = options(Pooling.ATTENTION, TaskOptions.nextItem());
    try (SessionModel model = new SessionModel(options, DenseOptimizerOptions.defaults(), 1)) {
      long parameters = 0;
      for (var tensor : model.publish().tensors()) {
        parameters += tensor.size();
      }
      assertThat(ModelCard.of(options).parameters()).isEqualTo(parameters);
      assertThat(ModelCard.of(options).trainingBytes()).isEqualTo(12 * parameters);
    }
  }

  @Test
  void operationsAreCountedLayerByLayer() {
    long context = 2 * 5 * 3 * 8;
    // Query, key, value and output; up and down; scores and sums.
    long position = 2 * (4 * 8 * 8) + 2 * (2 * 8 * 16);
    long whole = 5 * position + 2 * (2 * 8 * 5 * 5);
    long last = position + 2 * (2 * 8 * 2 * 5);
    assertThat(ModelCard.of(options(Pooling.LAST, TaskOptions.nextItem())).sessionOperations(5))
        .isEqualTo(context + whole + last);
    assertThat(ModelCard.of(options(Pooling.MEAN, TaskOptions.nextItem())).sessionOperations(5))
        .isEqualTo(context + 2 * whole);
  }

  @Test
  void sizesFollowFromTheCatalogue() {
    ModelCard card = ModelCard.of(options(Pooling.LAST, TaskOptions.nextItem()));
    assertThat(card.itemOperations()).isEqualTo(2 * 14 * 8);
    assertThat(card.scanOperations(1_000)).isEqualTo(16_000);
    assertThat(card.indexBytes(10, ScanPrecision.FP32)).isEqualTo(10 * 36);
    assertThat(card.indexBytes(10, ScanPrecision.BF16)).isEqualTo(10 * (36 + 16));
    assertThat(card.indexBytes(10, ScanPrecision.INT8)).isEqualTo(10 * (36 + 8 + 4));
  }

  @Test
  void vectorsHaveAMatrixEach() {
    ModelOptions plain = GradientTest.options(1, Pooling.LAST, true, false);
    ModelCard with = ModelCard.of(GradientTest.withVectors(plain));
    ModelCard without = ModelCard.of(plain);
    long width = plain.width();
    long matrices = 33 * 7 + 7 + 5 * 4 + 4;
    assertThat(with.parameters()).isEqualTo(without.parameters() + matrices + (7 + 4) * width);
    assertThat(with.itemOperations())
        .isEqualTo(without.itemOperations() + 2 * (33 * 7 + 5 * 4) + 2 * (7 + 4) * width);
    assertThat(with.tensors().stream().map(t -> t.name()))
        .contains("item/text/weight", "item/text/missing", "item/picture/weight");
  }

  @Test
  void everyHeadIsNamed() {
    TaskOptions tasks = new TaskOptions(0, List.of(1), 1, true, 1, false);
    assertThat(ModelCard.of(options(Pooling.LAST, tasks)).heads())
        .hasSize(3)
        .anyMatch(head -> head.startsWith("next item"))
        .anyMatch(head -> head.startsWith("next brand"))
        .anyMatch(head -> head.startsWith("click"));
  }
}
