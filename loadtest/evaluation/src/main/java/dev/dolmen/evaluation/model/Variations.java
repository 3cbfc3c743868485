package dev.dolmen.evaluation.model;

import dev.dolmen.model.data.Pooling;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.trainer.EngineOptions;
import dev.dolmen.trainer.learn.ModelSettings;
import dev.dolmen.trainer.learn.ScoreTerms;
import dev.dolmen.trainer.learn.TaskSettings;
import dev.dolmen.trainer.learn.TrainingOptions;
import java.util.List;
import java.util.function.Predicate;

/** What of the product's options is changed to see what a part of it is worth. */
final class Variations {
  private Variations() {}

  /** Items are nothing but their ids. */
  static EngineOptions withoutMetadata(EngineOptions e) {
    return keeping(e, slot -> slot.kind() == SlotKind.ID || slot.kind() == SlotKind.CONTEXT);
  }

  /** Ids have no rows; co-visits and popularity still tell items apart. */
  static EngineOptions withoutIds(EngineOptions e) {
    ModelSettings m = e.model();
    return with(e, model(m, m.pooling(), 1, m.terms(), m.tasks()));
  }

  /** Nothing is known of co-visits and of what the session has seen. */
  static EngineOptions withoutSignals(EngineOptions e) {
    ModelSettings m = e.model();
    ScoreTerms terms = new ScoreTerms(false, m.terms().popularity());
    return with(e, model(m, m.pooling(), m.idDropout(), terms, m.tasks()));
  }

  /** Clicks of late add nothing to a score. */
  static EngineOptions withoutPopularity(EngineOptions e) {
    ModelSettings m = e.model();
    ScoreTerms terms = new ScoreTerms(m.terms().signals(), false);
    return with(e, model(m, m.pooling(), m.idDropout(), terms, m.tasks()));
  }

  /** Candidates are not corrected for how likely they were. */
  static EngineOptions withoutLogQ(EngineOptions e) {
    TrainingOptions t = e.training();
    TrainingOptions changed =
        new TrainingOptions(
            t.batchEvents(),
            t.batchAgeMs(),
            t.negatives(),
            t.fullSoftmaxItems(),
            0,
            t.negativeRate(),
            t.popularityHalfLifeEvents(),
            t.baselineHalfLifeEvents(),
            t.validationShare(),
            t.validationWindow(),
            t.refreshItemsPerBatch(),
            t.expireRowsPerBatch(),
            t.lagMs(),
            t.lagRecordsMin(),
            t.threads());
    return with(e, e.schema(), e.model(), changed);
  }

  /** A session is the mean over its positions. */
  static EngineOptions poolingMean(EngineOptions e) {
    return pooling(e, Pooling.MEAN);
  }

  /** A session is its last position. */
  static EngineOptions poolingLast(EngineOptions e) {
    return pooling(e, Pooling.LAST);
  }

  private static EngineOptions pooling(EngineOptions e, Pooling pooling) {
    ModelSettings m = e.model();
    return with(e, model(m, pooling, m.idDropout(), m.terms(), m.tasks()));
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
    ModelSettings m = e.model();
    TaskSettings t = m.tasks();
    TaskSettings tasks =
        new TaskSettings(
            t.labelSmoothing(),
            categories,
            t.categoryWeight(),
            t.clickWeight(),
            t.learnedWeights());
    return with(e, model(m, m.pooling(), m.idDropout(), m.terms(), tasks));
  }

  /**
   * The transformer over ids alone, each of which always counts, with neither visits' contexts nor
   * terms beside the product, as in SASRec (Kang and McAuley, ICDM 2018); loss, normalised vectors
   * and times between events are ours.
   */
  static EngineOptions sasrec(EngineOptions e) {
    EngineOptions ids = keeping(e, slot -> slot.kind() == SlotKind.ID);
    ModelSettings m = ids.model();
    return with(ids, model(m, Pooling.LAST, 0, new ScoreTerms(false, false), m.tasks()));
  }

  /** Without the other slots, and without tasks about them. */
  private static EngineOptions keeping(EngineOptions e, Predicate<Slot> kept) {
    Schema schema = new Schema(e.schema().slots().stream().filter(kept).toList());
    List<String> left =
        e.model().tasks().categories().stream().filter(c -> schema.slotOf(c) >= 0).toList();
    return with(e, schema, predicting(e, left).model(), e.training());
  }

  private static ModelSettings model(
      ModelSettings m, Pooling pooling, float idDropout, ScoreTerms terms, TaskSettings tasks) {
    return new ModelSettings(
        m.width(),
        m.layers(),
        m.heads(),
        m.feedForwardWidth(),
        m.maxSessionLength(),
        pooling,
        idDropout,
        m.idGate(),
        m.temperature(),
        terms,
        tasks,
        m.optimizer());
  }

  private static EngineOptions with(EngineOptions e, ModelSettings model) {
    return with(e, e.schema(), model, e.training());
  }

  private static EngineOptions with(
      EngineOptions e, Schema schema, ModelSettings model, TrainingOptions training) {
    return new EngineOptions(
        e.dataDirectory(),
        schema,
        model,
        training,
        e.sessions(),
        e.catalog(),
        e.log(),
        e.snapshots(),
        e.seed());
  }
}
