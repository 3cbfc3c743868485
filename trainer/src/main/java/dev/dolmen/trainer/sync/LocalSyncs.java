package dev.dolmen.trainer.sync;

import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.trainer.learn.Learner;
import java.io.IOException;
import java.util.List;

/**
 * Syncs of a learner for a reader in the same process: made of the same content, in the same
 * records, as those that a trainer sends by Kafka. Owned by the training thread, between two
 * batches; of one learner at a time, as what was told once is not told again.
 */
public final class LocalSyncs {
  private static final long EPOCH = 1;

  private final SyncContent content;
  private long next;

  /**
   * @param options of which format and bytes of a record count
   * @param learner with all vectors up to date
   */
  public LocalSyncs(SyncOptions options, Schema schema, Learner learner) {
    content = new SyncContent(options, schema, learner);
  }

  /** Everything that the learner holds. */
  public Sync base() throws IOException {
    return next(content.base(EPOCH, 0, List.of(), 0));
  }

  /** What has changed since the last one. */
  public Sync changes() throws IOException {
    return next(content.changes(0, List.of(), 0));
  }

  private Sync next(SyncDraft draft) throws IOException {
    return draft.sync(EPOCH, next++);
  }
}
