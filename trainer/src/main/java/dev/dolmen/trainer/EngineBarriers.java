package dev.dolmen.trainer;

import dev.dolmen.trainer.ingest.Progress;
import dev.dolmen.trainer.learn.KeptVectors;
import dev.dolmen.trainer.learn.Learner;
import dev.dolmen.trainer.snapshot.SnapshotInfo;
import dev.dolmen.trainer.snapshot.SnapshotSchedule;
import dev.dolmen.trainer.state.HashingOutput;
import dev.dolmen.trainer.sync.SyncSender;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is done for others at a barrier between two batches. Any thread. */
final class EngineBarriers {
  private static final Logger LOG = LoggerFactory.getLogger(EngineBarriers.class);

  private final TrainingRequests requests;
  private final Progress progress;
  private final SnapshotSchedule schedule;
  private final TrainingStep step;
  private final Learner learner;
  private final KeptVectors vectors;

  EngineBarriers(
      TrainingRequests requests,
      Progress progress,
      SnapshotSchedule schedule,
      TrainingStep step,
      Learner learner,
      KeptVectors vectors) {
    this.vectors = vectors;
    this.requests = requests;
    this.progress = progress;
    this.schedule = schedule;
    this.step = step;
    this.learner = learner;
  }

  /**
   * Hash of all item vectors, priors and dense parameters, taken at a barrier between two batches.
   */
  ParametersHash parametersHash() throws InterruptedException {
    try {
      return atBarrier(() ->
          ParametersHash.of(learner.published(step.position().logOffset()), learner.vectors()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Takes a snapshot at the next barrier between two batches; returns when it is durable.
   *
   * @throws IOException if it cannot be written; the engine goes on
   */
  SnapshotInfo snapshot() throws IOException, InterruptedException {
    long requestedUs = step.nowUs();
    while (true) {
      SnapshotSchedule.Request request =
          atBarrier(() -> schedule.request(requestedUs, step.position(), true));
      try {
        SnapshotInfo info = request.written().get().info();
        if (request.taken()) {
          return info;
        }
      } catch (ExecutionException e) {
        // One that others asked for is theirs to explain.
        if (request.taken()) {
          throw asIoException(e);
        }
      }
    }
  }

  private static IOException asIoException(ExecutionException e) {
    Throwable cause = e.getCause();
    return cause instanceof IOException io ? io : new IOException(cause);
  }

  /**
   * Hash of everything that matters, taken at a barrier between two batches: equal for a run that
   * was killed and recovered and one that never stopped.
   */
  long stateHash() throws InterruptedException {
    try {
      return atBarrier(this::hash);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private <T> T atBarrier(Callable<T> work) throws IOException, InterruptedException {
    try {
      return requests.atBarrier(work).get();
    } catch (CancellationException e) {
      throw new IOException("the engine has stopped: " + progress.failure(), e);
    } catch (ExecutionException e) {
      throw asIoException(e);
    }
  }

  private long hash() throws IOException {
    HashingOutput hashing = new HashingOutput();
    DataOutputStream out = new DataOutputStream(hashing);
    learner.writeDigest(out);
    out.writeLong(step.position().logOffset());
    out.flush();
    return hashing.hash();
  }

  /**
   * Takes a last snapshot after training has ended, if anything was learned since the newest, and
   * keeps the item vectors with it. Where that fails, the log will be replayed.
   *
   * @param asked whether one is taken at all
   * @param sender tells servers what is learned; null if there are none
   */
  void snapshotOnClose(boolean asked, @Nullable SyncSender sender) {
    schedule.settle(true);
    boolean barrier = learner.pending().size() == 0 && progress.failure() == null;
    if (asked && barrier && schedule.changed(step.position())) {
      try {
        if (sender != null) {
          sender.settle(step.position().logOffset());
        }
        var written = schedule.request(step.nowUs(), step.position(), false).written();
        schedule.giveAll();
        written.get();
        schedule.settle(true);
      } catch (IOException | ExecutionException | RuntimeException e) {
        LOG.warn("No snapshot on close; the log will be replayed", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    String newest = asked && barrier ? schedule.holding(step.position()) : "";
    if (!newest.isEmpty()) {
      vectors.keep(newest);
    }
  }
}
