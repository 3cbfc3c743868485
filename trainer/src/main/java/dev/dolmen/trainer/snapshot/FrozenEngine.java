package dev.dolmen.trainer.snapshot;

import dev.dolmen.parameterstore.store.FrozenTable;
import dev.dolmen.trainer.state.StateCopy;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a snapshot holds, taken at one barrier.
 *
 * @param id the snapshot's
 * @param parent id of the snapshot whose changes {@code table} holds, or null if it holds all rows
 * @param table the embedding table
 * @param sections everything else, by the name of its section, in the order in which it is written
 * @param metadata for the manifest
 * @param position where log and journal stood
 * @param batches batches learned
 * @param requestedUs when it was asked for, and for how long training stood still, microseconds
 */
record FrozenEngine(
    String id,
    @Nullable String parent,
    FrozenTable table,
    Map<String, StateCopy> sections,
    Map<String, String> metadata,
    SnapshotCodec.Position position,
    long batches,
    long requestedUs,
    long pauseUs) {
  FrozenEngine paused(long us) {
    return new FrozenEngine(
        id, parent, table, sections, metadata, position, batches, requestedUs, us);
  }
}
