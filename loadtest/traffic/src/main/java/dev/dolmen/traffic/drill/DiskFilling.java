package dev.dolmen.traffic.drill;

import dev.dolmen.traffic.generator.Connection;
import dev.dolmen.traffic.generator.Stall;
import dev.dolmen.traffic.local.SmallDisk;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Duration;

/**
 * The damage of {@link DrillKind#DISK_FULL}: the disk fills up under traffic, first to below what
 * the log keeps free, then to the last byte; then there is room again. One thread.
 */
final class DiskFilling {
  static final int DISK_MIB = 128;

  /** What the server is configured to keep free. */
  static final int MIN_FREE_MIB = 48;

  private static final long BELOW_FLOOR_BYTES = 40L << 20;
  private static final Duration STALLED = Duration.ofSeconds(60);
  private static final int POLL_MS = 20;

  private final SmallDisk disk;
  private final DrillTraffic traffic;
  private final int port;

  DiskFilling(SmallDisk disk, DrillTraffic traffic, int port) {
    this.disk = disk;
    this.traffic = traffic;
    this.port = port;
  }

  /** Fills the disk; returns when the server has refused events and a snapshot. */
  void fill() throws IOException, InterruptedException {
    disk.fill(BELOW_FLOOR_BYTES);
    long before = traffic.unavailable();
    Stall stall = new Stall(STALLED);
    while (traffic.unavailable() == before) {
      stall.check(0, "no event is refused on a full disk");
      pause();
    }
    Drill.awaitLearned(port);
    disk.fill(0);
    try (Connection connection = Connection.toLocal(port)) {
      connection.createSnapshot();
    } catch (StatusRuntimeException e) {
      return; // As it must be.
    }
    throw new IOException("a snapshot was written on a disk without room");
  }

  /** Makes room; returns when the server takes events and snapshots again. */
  void free() throws IOException, InterruptedException {
    int before = traffic.acknowledgedCount();
    disk.free();
    Stall stall = new Stall(STALLED);
    while (traffic.acknowledgedCount() <= before) {
      stall.check(before, "no event is acknowledged though there is room again");
      pause();
    }
    try (Connection connection = Connection.toLocal(port)) {
      connection.createSnapshot();
    } catch (StatusRuntimeException e) {
      throw new IOException("no snapshot though there is room again: " + e.getStatus(), e);
    }
  }

  private void pause() throws IOException, InterruptedException {
    traffic.check();
    Thread.sleep(POLL_MS);
  }
}
