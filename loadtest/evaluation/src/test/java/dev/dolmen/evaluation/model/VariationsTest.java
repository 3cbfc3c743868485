package dev.dolmen.evaluation.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.evaluation.protocol.EvalClick;
import dev.dolmen.evaluation.protocol.EvalDataset;
import dev.dolmen.evaluation.protocol.SmallDatasets;
import dev.dolmen.evaluation.protocol.VisibleData;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.trainer.EngineOptions;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VariationsTest {
  @TempDir private Path folder;
  private EvalDataset dataset;
  private EngineOptions product;

  @BeforeEach
  void read() throws Exception {
    SmallDatasets.items(folder, "shop");
    SmallDatasets.clicks(folder.resolve("shop.inter"), "session_id", 20, SmallDatasets.FROM_SEC, 1);
    dataset = EvalDataset.read(folder, null, EvalDataset.Held.NONE, Long.MAX_VALUE, rows -> {});
    product = DolmenConfig.defaults(folder, dataset.schema()).engine();
  }

  private static List<SlotKind> kinds(EngineOptions options) {
    return options.schema().slots().stream().map(Slot::kind).distinct().toList();
  }

  @Test
  void withoutMetadataAnItemIsItsId() {
    EngineOptions ids = Variations.withoutMetadata(Variations.withCategoryTasks(product));
    assertThat(kinds(product)).hasSizeGreaterThan(2);
    assertThat(kinds(ids)).containsExactlyInAnyOrder(SlotKind.ID, SlotKind.CONTEXT);
    assertThat(ids.model().tasks().categories()).isEmpty();
    VisibleData data = new VisibleData(dataset, ids.schema());
    EvalClick click = dataset.learned().getFirst();
    assertThat(dataset.item(click.item()).getSlotsCount()).isPositive();
    assertThat(data.item(click.item()).getSlotsCount()).isZero();
    assertThat(data.event(click)).isEqualTo(dataset.event(click));
  }

  @Test
  void sasrecKnowsNothingButIds() {
    EngineOptions sasrec = Variations.sasrec(product);
    assertThat(kinds(sasrec)).containsExactly(SlotKind.ID);
    assertThat(sasrec.model().terms().signals()).isFalse();
    assertThat(sasrec.model().terms().popularity()).isFalse();
    assertThat(sasrec.training().newness()).isZero();
    EvalClick click = dataset.learned().getFirst();
    assertThat(dataset.event(click).getContextCount()).isPositive();
    assertThat(new VisibleData(dataset, sasrec.schema()).event(click).getContextCount()).isZero();
  }

  @Test
  void whatChangesNothingIsPointless() {
    assertThat(ModelKind.POOLING_LAST.pointless(product, false)).isNotNull();
    assertThat(ModelKind.WITHOUT_CATEGORY_TASKS.pointless(product, false)).isNotNull();
    EngineOptions changed = Variations.withCategoryTasks(Variations.poolingMean(product));
    assertThat(ModelKind.POOLING_LAST.pointless(changed, false)).isNull();
    assertThat(ModelKind.WITHOUT_CATEGORY_TASKS.pointless(changed, false)).isNull();
    assertThat(ModelKind.WITH_CATEGORY_TASKS.pointless(changed, false)).isNotNull();
    assertThat(ModelKind.POOLING_MEAN.pointless(changed, false)).isNotNull();
  }
}
