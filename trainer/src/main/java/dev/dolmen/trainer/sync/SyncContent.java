package dev.dolmen.trainer.sync;

import dev.dolmen.model.ServingModel;
import dev.dolmen.model.kernel.Kernels;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.store.EmbeddingTable;
import dev.dolmen.trainer.learn.Learner;
import dev.dolmen.trainer.learn.Published;
import dev.dolmen.v1.BatchEnd;
import dev.dolmen.v1.SyncHead;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts syncs together from a learner: what has changed since the one before, or everything. Owned
 * by the training thread.
 */
public final class SyncContent {
  /** Rows of ids, which no server needs, are forgotten when so many wait. */
  private static final int FORGET_IDS = 100_000;

  private final SyncOptions options;
  private final Schema schema;
  private final Learner learner;
  private @Nullable ServingModel sentModel;

  SyncContent(SyncOptions options, Schema schema, Learner learner) {
    this.options = options;
    this.schema = schema;
    this.learner = learner;
  }

  /**
   * Everything that a learner holds, as a base that no trainer has sent: for a server that begins
   * with a snapshot.
   *
   * @param learner with all vectors up to date; it is not to learn any more
   * @param epoch of the lead under which it was learned
   * @param logOffset up to which it has learned
   * @param nowMs the time, milliseconds
   */
  public static Sync ofSnapshot(
      SyncOptions options, Schema schema, Learner learner, long epoch, long logOffset, long nowMs)
      throws IOException {
    SyncOptions exact = options.with(o -> o.format(SyncFormat.FP32));
    return new SyncContent(exact, schema, learner)
        .base(epoch, logOffset, List.of(), nowMs)
        .sync(epoch, 0);
  }

  /** Everything; what follows holds the changes since then. */
  SyncDraft base(long epoch, long logOffset, List<BatchEnd> ends, long nowMs) {
    learner.table().trackTouched(epoch, Integer.MAX_VALUE);
    learner.marks().begin(learner.stream().catalog().indexLimit(), learner.vectors()::contains);
    sentModel = null;
    SyncDraft draft = draft(logOffset, true, ends, nowMs);
    draft.addState(new StateParts(learner.stream()));
    return draft;
  }

  /** What has changed since the one before. */
  SyncDraft changes(long logOffset, List<BatchEnd> ends, long nowMs) {
    return draft(logOffset, false, ends, nowMs);
  }

  private SyncDraft draft(long logOffset, boolean base, List<BatchEnd> ends, long nowMs) {
    Published published = learner.published(logOffset);
    SyncHead head =
        SyncHead.newBuilder()
            .setBase(base)
            .setBatches(published.modelVersion())
            .setEventsLearned(learner.counts().eventsLearned())
            .setLogOffset(logOffset)
            .setEventTimeSec(published.eventTimeSec())
            .setSentUs(nowMs * 1_000)
            .addAllEnds(ends)
            .setFormat(options.format().message())
            .setKernels(Kernels.best().name())
            .setShape(learner.shape().modelText() + schema)
            .build();
    SyncDraft draft = new SyncDraft(head, options.format(), options.recordBytes());
    if (published.model() != sentModel) {
      draft.addDense(published.model());
      sentModel = published.model();
    }
    draft.addItems(learner.marks().vectors(), learner.marks().priors(), learner.vectors());
    learner.marks().clear();
    EmbeddingTable table = learner.table();
    for (int slot = 0; slot < table.slots(); slot++) {
      if (slot != schema.idSlot()) {
        draft.addRows(table, slot);
      } else if (table.touchedFids(slot) > FORGET_IDS) {
        var _ = table.drainTouched(slot, table.touchedFids(slot));
      }
    }
    return draft;
  }
}
