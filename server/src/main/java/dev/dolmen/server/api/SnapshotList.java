package dev.dolmen.server.api;

import com.google.protobuf.util.Timestamps;
import dev.dolmen.trainer.Engine;
import dev.dolmen.trainer.snapshot.SnapshotsOnDisk;
import dev.dolmen.v1.ListSnapshotsResponse;
import dev.dolmen.v1.SnapshotOnDisk;
import io.grpc.Status;
import java.io.IOException;

/** The snapshots of an engine and the room on its disk, as callers are told. Any thread. */
final class SnapshotList {
  private SnapshotList() {}

  /**
   * As they are now.
   *
   * @throws io.grpc.StatusRuntimeException if the directory cannot be read
   */
  static ListSnapshotsResponse of(Engine engine) {
    SnapshotsOnDisk disk = engine.snapshotsOnDisk();
    try {
      ListSnapshotsResponse.Builder answer = ListSnapshotsResponse.newBuilder();
      disk.list().forEach(one -> answer.addSnapshots(message(one)));
      SnapshotsOnDisk.Room room = disk.room();
      return answer
          .setDiskTotalBytes(room.totalBytes())
          .setDiskFreeBytes(room.freeBytes())
          .setDiskMinFreeBytes(room.minFreeBytes())
          .build();
    } catch (IOException e) {
      throw Status.INTERNAL
          .withDescription("the snapshots cannot be listed: " + e.getMessage())
          .withCause(e)
          .asRuntimeException();
    }
  }

  private static SnapshotOnDisk message(SnapshotsOnDisk.Listed one) {
    return SnapshotOnDisk.newBuilder()
        .setSnapshotId(one.id())
        .setParentId(one.parent())
        .setTime(Timestamps.fromMillis(one.timeMs()))
        .setModelVersion(Math.max(0, one.batches()))
        .setLogOffset(Math.max(0, one.logOffset()))
        .setBytes(one.bytes())
        .setDamage(one.damage())
        .build();
  }
}
