package dev.dolmen.trainer.snapshot;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A durable snapshot.
 *
 * @param id name of its directory: the batch number, zero-padded, and the log offset
 * @param parent the snapshot whose changes it holds, or null if it holds everything
 * @param modelVersion batches learned by then
 * @param logOffset every record up to this is in it
 * @param bytes bytes on disk
 * @param copiedRows rows copied while training stood still
 * @param pauseMs milliseconds for which training stood still at once, at most
 * @param totalMs milliseconds from the request until it was durable
 * @param directory where it is
 */
public record SnapshotInfo(
    String id,
    @Nullable String parent,
    long modelVersion,
    long logOffset,
    long bytes,
    long copiedRows,
    double pauseMs,
    double totalMs,
    Path directory) {}
