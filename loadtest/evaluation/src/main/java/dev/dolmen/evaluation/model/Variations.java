package dev.dolmen.evaluation.model;

import dev.dolmen.model.data.Pooling;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.trainer.EngineOptions;
import dev.dolmen.trainer.learn.ModelSettings;
import dev.dolmen.trainer.learn.ScoreTerms;
import dev.dolmen.trainer.learn.TaskSettings;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** What of the product's options is changed to see what a part of it is worth. */
final class Variations {
  private Variations() {}

  /** Items are nothing but their ids. */
  static EngineOptions withoutMetadata(EngineOptions e) {
    return keeping(e, slot -> slot.kind() == SlotKind.ID || slot.kind() == SlotKind.CONTEXT);
  }

  /** Ids have no rows; co-visits and popularity still tell items apart. */
  static EngineOptions withoutIds(EngineOptions e) {
    return model(e, m -> m.ids(false));
  }

  /** Nothing is known of co-visits and of what the session has seen. */
  static EngineOptions withoutSignals(EngineOptions e) {
    ScoreTerms terms = new ScoreTerms(false, e.model().terms().popularity());
    return model(e, m -> m.terms(terms));
  }

  /** Clicks of late add nothing to a score. */
  static EngineOptions withoutPopularity(EngineOptions e) {
    ScoreTerms terms = new ScoreTerms(e.model().terms().signals(), false);
    return model(e, m -> m.terms(terms));
  }

  /** Candidates are not corrected for how likely they were. */
  static EngineOptions withoutLogQ(EngineOptions e) {
    return e.with(o -> o.training(e.training().with(t -> t.logQ(0))));
  }

  /** A session is the mean over its positions. */
  static EngineOptions poolingMean(EngineOptions e) {
    return model(e, m -> m.pooling(Pooling.MEAN));
  }

  /** A session is its last position. */
  static EngineOptions poolingLast(EngineOptions e) {
    return model(e, m -> m.pooling(Pooling.LAST));
  }

  /** The next item's value of each category slot is predicted, too. */
  static EngineOptions withCategoryTasks(EngineOptions e) {
    List<String> categories = TaskSettings.categoriesOf(e.schema());
    return e.model().tasks().categories().isEmpty() ? predicting(e, categories) : e;
  }

  /** No categories are predicted. */
  static EngineOptions withoutCategoryTasks(EngineOptions e) {
    return predicting(e, List.of());
  }

  private static EngineOptions predicting(EngineOptions e, List<String> categories) {
    TaskSettings t = e.model().tasks();
    TaskSettings tasks =
        new TaskSettings(
            t.labelSmoothing(),
            categories,
            t.categoryWeight(),
            t.clickWeight(),
            t.learnedWeights());
    return model(e, m -> m.tasks(tasks));
  }

  /**
   * The transformer over ids alone, each of which always counts, with neither visits' contexts nor
   * terms beside the product, as in SASRec (Kang and McAuley, ICDM 2018); loss, normalised vectors
   * and times between events are ours.
   */
  static EngineOptions sasrec(EngineOptions e) {
    EngineOptions ids = keeping(e, slot -> slot.kind() == SlotKind.ID);
    ScoreTerms none = new ScoreTerms(false, false);
    return model(ids, m -> m.pooling(Pooling.LAST).terms(none))
        .with(o -> o.training(e.training().with(t -> t.newness(0))));
  }

  /** The same over what the metadata says, without ids: what it makes of an item is its content. */
  static EngineOptions sasrecContent(EngineOptions e) {
    EngineOptions content = keeping(e, slot -> slot.kind() != SlotKind.CONTEXT);
    ScoreTerms none = new ScoreTerms(false, false);
    return model(content, m -> m.pooling(Pooling.LAST).ids(false).terms(none))
        .with(o -> o.training(e.training().with(t -> t.newness(0))));
  }

  /** Without the other slots, and without tasks about them. */
  private static EngineOptions keeping(EngineOptions e, Predicate<Slot> kept) {
    Schema schema = new Schema(e.schema().slots().stream().filter(kept).toList());
    List<String> left =
        e.model().tasks().categories().stream().filter(c -> schema.slotOf(c) >= 0).toList();
    return predicting(e, left).with(o -> o.schema(schema));
  }

  private static EngineOptions model(
      EngineOptions e, UnaryOperator<ModelSettings.Builder> changes) {
    return e.with(o -> o.model(e.model().with(changes)));
  }
}
