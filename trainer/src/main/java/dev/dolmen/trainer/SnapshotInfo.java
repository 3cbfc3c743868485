package dev.dolmen.trainer;

import java.nio.file.Path;

/**
 * A durable snapshot.
 *
 * @param id name of its directory: the batch number, zero-padded
 * @param modelVersion batches learned by then
 * @param logOffset every record up to this is in it
 * @param bytes bytes on disk
 * @param pauseMs milliseconds for which training stood still
 * @param totalMs milliseconds from the request until it was durable
 * @param directory where it is
 */
public record SnapshotInfo(
    String id,
    long modelVersion,
    long logOffset,
    long bytes,
    double pauseMs,
    double totalMs,
    Path directory) {}
