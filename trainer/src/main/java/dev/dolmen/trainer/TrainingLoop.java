package dev.dolmen.trainer;

import dev.dolmen.trainer.log.LogDamagedException;
import dev.dolmen.trainer.log.LogTakenOverException;
import dev.dolmen.trainer.sync.LeadLostException;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the training thread does: replay what a start finds, then learn what is published. */
final class TrainingLoop implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingLoop.class);

  private final Runnable before;
  private final ReplayLoop replay;
  private final TrainingStep step;
  private final TrainingRequests requests;

  /**
   * @param before is done first: what ends it ends training, and is said
   */
  TrainingLoop(Runnable before, ReplayLoop replay, TrainingStep step, TrainingRequests requests) {
    this.before = before;
    this.replay = replay;
    this.step = step;
    this.requests = requests;
  }

  @Override
  public void run() {
    String failure = null;
    LogDamagedException damage = null;
    LogTakenOverException taken = null;
    try {
      before.run();
      step.begin();
      if (replay.run()) {
        learnPublished();
      }
    } catch (LogDamagedException e) {
      LOG.error("Nothing more is learned", e);
      damage = e;
    } catch (LogTakenOverException e) {
      taken = e;
    } catch (LeadLostException e) {
      // As it should be: whoever asks why the process ends is told in one line.
      LOG.debug("In full", e);
      failure = e.getMessage();
    } catch (Throwable e) {
      LOG.error("Training has stopped", e);
      failure = e.toString();
    } finally {
      if (damage != null || failure != null || taken != null) {
        giveRest();
      }
      if (damage != null) {
        requests.endDamaged(damage);
      } else if (taken != null) {
        requests.endTakenOver(taken);
      } else {
        requests.end(failure);
      }
    }
  }

  /** Somebody may wait for the snapshot in flight. */
  private void giveRest() {
    try {
      step.end();
    } catch (RuntimeException | Error e) {
      LOG.warn("The snapshot in flight comes to nothing", e);
      step.giveUp();
    }
  }

  /** Until it is asked to end. */
  private void learnPublished() throws IOException {
    while (!requests.stopsNow()) {
      boolean stopping = requests.stopsWhenLearned();
      TrainingStep.Reached reached = step.step(stopping);
      if (stopping && reached == TrainingStep.Reached.ALL_LEARNED) {
        return;
      }
      if (reached != TrainingStep.Reached.MORE) {
        step.idle();
      }
    }
  }
}
