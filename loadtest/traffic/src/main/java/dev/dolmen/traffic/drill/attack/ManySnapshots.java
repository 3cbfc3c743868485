package dev.dolmen.traffic.drill.attack;

import dev.dolmen.v1.AdminServiceGrpc;
import dev.dolmen.v1.CreateSnapshotRequest;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Callers who may administer, and ask for a snapshot as soon as they have one. The server must not
 * take them as fast as that: each is written, and the disk keeps a few.
 */
public final class ManySnapshots implements Attack {
  private static final int CALLERS = 8;
  private static final int DEADLINE_SEC = 30;
  private static final long APART_NANOS = TimeUnit.SECONDS.toNanos(4);

  @Override
  public void start(AttackRun run) throws IOException {
    ManagedChannel channel = run.channel();
    Taken taken = new Taken(run);
    run.repeat(
        CALLERS,
        () -> {
          run.countSent();
          taken.add(
              AdminServiceGrpc.newBlockingStub(channel)
                  .withDeadlineAfter(DEADLINE_SEC, TimeUnit.SECONDS)
                  .createSnapshot(CreateSnapshotRequest.getDefaultInstance())
                  .getSnapshotId());
        });
  }

  /** The snapshots that callers were told of. */
  private static final class Taken {
    private final AttackRun run;
    private final Set<String> ids = new HashSet<>();
    private long lastNanos;

    Taken(AttackRun run) {
      this.run = run;
    }

    synchronized void add(String id) {
      long now = System.nanoTime();
      if (ids.add(id)) {
        if (ids.size() > 1 && now - lastNanos < APART_NANOS) {
          run.fault("two snapshots within " + TimeUnit.NANOSECONDS.toSeconds(APART_NANOS) + " s");
        }
        lastNanos = now;
      }
    }
  }
}
