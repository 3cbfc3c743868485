package dev.dolmen.evaluation.study;

import dev.dolmen.model.ServingModel;
import dev.dolmen.model.Workspace;
import dev.dolmen.model.data.FeatureBlock;
import dev.dolmen.model.data.GatheredRows;
import dev.dolmen.model.data.SessionInput;
import dev.dolmen.model.item.ItemVectorReader;
import dev.dolmen.model.item.ItemVectors;
import dev.dolmen.model.item.ScoreBonuses;
import dev.dolmen.model.item.TargetRanks;
import dev.dolmen.model.layer.SignalNetwork;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.trainer.learn.PendingSession;
import dev.dolmen.trainer.session.SessionSteps;
import dev.dolmen.trainer.session.TokenWindow;
import dev.dolmen.trainer.signals.CoVisitReader;
import dev.dolmen.trainer.signals.CoVisits;
import dev.dolmen.trainer.signals.ContentReader;
import dev.dolmen.trainer.signals.SessionSignals;
import java.util.Arrays;
import java.util.List;

/**
 * All that a ranking reads, as of the last sync: dense parameters, item vectors with their
 * popularity, items visited together. Ranks as a server does: an item of the session that was not
 * there at the sync is passed over, and a session without any other is ranked by popularity. Used
 * by one thread at a time.
 */
final class ServingCopy implements TokenWindow.Receiver {
  /** Ranks up to this are exact, those beyond it are some number above. */
  static final int CUT = 20;

  /** Visits have no context here. */
  private static final GatheredRows NO_ROWS = new GatheredRows(new int[0]);

  private final Workspace workspace = new Workspace();
  private final TargetRanks targetRanks = new TargetRanks();
  private final ScoreBonuses bonuses = new ScoreBonuses();
  private final float[] learned = new float[SignalNetwork.PARAMETERS];
  private final SessionInput input = new SessionInput(new FeatureBlock(0), NO_ROWS);
  private ServingModel model;
  private final ItemVectorReader vectors;
  private final CoVisitReader coVisits;
  private final SessionSignals signals;
  private float[] encoded = new float[0];
  private float[] queries = new float[0];
  private int[] targets = new int[0];
  private int[] ranks = new int[0];
  private final TokenWindow window;
  private final int[] used;
  private int usedSize;
  private boolean[] hasTokens = new boolean[0];

  private ServingCopy(
      ServingModel model, ItemVectorReader vectors, CoVisitReader coVisits, ContentReader content) {
    this.model = model;
    this.vectors = vectors;
    this.coVisits = coVisits;
    signals = new SessionSignals(coVisits, content);
    window = new TokenWindow(model.options().maxSessionLength());
    used = new int[model.options().maxSessionLength()];
  }

  /** Reads the trainer's own state: its model as of the last {@link #sync}, the rest as of now. */
  static ServingCopy shared(LiveState live) {
    return new ServingCopy(
        live.published().model(), live.vectors(), live.coVisits(), live.content());
  }

  /** A copy of what is learned up to now. */
  static ServingCopy of(LiveState live) {
    ItemVectors vectors = new ItemVectors(live.vectors().width());
    ServingCopy copy =
        new ServingCopy(live.published().model(), vectors, new CoVisits(1), live.content());
    copy.sync(live);
    return copy;
  }

  /**
   * What a server of a cluster holds: what it derives from the log, as of now, and what it has
   * received.
   *
   * @param vectors that were received; others write into them
   */
  static ServingCopy received(LiveState live, ServingModel model, ItemVectors vectors) {
    return new ServingCopy(model, vectors, live.coVisits(), live.content());
  }

  /** Takes dense parameters that were received. */
  void take(ServingModel received) {
    model = received;
  }

  /** Takes over what is learned; between two batches. */
  void sync(LiveState live) {
    model = live.published().model();
    if (vectors instanceof ItemVectors own && own != live.vectors()) {
      live.vectors().copyTo(own);
    }
    if (coVisits instanceof CoVisits own && own != live.coVisits()) {
      own.copyFrom(live.coVisits());
    }
  }

  /**
   * Ranks the clicks that a batch predicts, in order.
   *
   * @return rank of each, from 1; valid until the next call
   */
  int[] rank(List<PendingSession> batch) {
    int predictions = 0;
    for (PendingSession session : batch) {
      predictions += Math.max(0, session.length() - session.firstPredicted());
    }
    makeRoom(predictions);
    if (predictions > 0) {
      fill(batch);
      encode(predictions);
      targetRanks.rank(vectors, queries, targets, predictions, CUT, bonuses, ranks);
    }
    return ranks;
  }

  private void makeRoom(int predictions) {
    int width = vectors.width();
    if (targets.length < predictions) {
      targets = new int[2 * predictions];
      ranks = new int[2 * predictions];
      hasTokens = new boolean[2 * predictions];
      encoded = new float[2 * predictions * width];
      queries = new float[2 * predictions * width];
      input.sessionStart = new int[2 * predictions + 1];
    }
  }

  /** One session of the input for each prediction whose prefix has an item that is known. */
  private void fill(List<PendingSession> batch) {
    model.copySignals(learned);
    bonuses.clear();
    input.sessions = 0;
    input.tokens = 0;
    int prediction = 0;
    for (PendingSession session : batch) {
      for (int target = session.firstPredicted(); target < session.length(); target++) {
        usedSize = 0;
        int tokens = window.read(session, target, this);
        signals.of(used, 0, tokens);
        signals.addTo(bonuses, learned);
        hasTokens[prediction] = tokens > 0;
        targets[prediction++] = session.item(target);
        if (tokens > 0) {
          input.sessions++;
          input.sessionStart[input.sessions] = input.tokens;
        }
      }
    }
  }

  /** Whether the item was there at the last sync. */
  @Override
  public boolean knows(int item) {
    return vectors.contains(item);
  }

  @Override
  public boolean add(SessionSteps steps, int step, int gap) {
    int token = input.tokens;
    int width = vectors.width();
    makeTokenRoom(token + 1, width);
    if (!vectors.get(steps.item(step), input.itemVectors, token * width)) {
      return false;
    }
    input.type[token] = steps.type(step);
    input.gap[token] = gap;
    input.context[token] = -1;
    input.tokens++;
    used[usedSize++] = steps.item(step);
    return true;
  }

  private void makeTokenRoom(int tokens, int width) {
    if (input.type.length < tokens) {
      int room = 2 * tokens;
      input.type = Arrays.copyOf(input.type, room);
      input.gap = Arrays.copyOf(input.gap, room);
      input.context = Arrays.copyOf(input.context, room);
      input.itemVectors = Arrays.copyOf(input.itemVectors, room * width);
    }
  }

  /** Encodes the sessions and spreads them over the predictions; the others' query is nothing. */
  private void encode(int predictions) {
    int width = vectors.width();
    if (input.sessions > 0) {
      model.encodeSession(input, encoded, workspace);
    }
    int next = 0;
    for (int p = 0; p < predictions; p++) {
      if (hasTokens[p]) {
        System.arraycopy(encoded, next++ * width, queries, p * width, width);
      } else {
        Arrays.fill(queries, p * width, (p + 1) * width, 0);
      }
    }
  }
}
