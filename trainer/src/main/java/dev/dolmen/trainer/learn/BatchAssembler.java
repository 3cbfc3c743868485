package dev.dolmen.trainer.learn;

import dev.dolmen.model.data.GatheredRows;
import dev.dolmen.model.data.TrainingBatch;
import dev.dolmen.model.item.ScoreBonuses;
import dev.dolmen.parameterstore.store.EmbeddingTable;
import dev.dolmen.trainer.catalog.Catalog;
import dev.dolmen.trainer.impressions.ShownItems;
import dev.dolmen.trainer.session.TokenWindow;
import dev.dolmen.trainer.signals.ClickCounts;
import dev.dolmen.trainer.signals.CoVisits;
import dev.dolmen.trainer.signals.ContentReader;
import dev.dolmen.trainer.signals.SessionSignals;
import dev.dolmen.trainer.validation.ScoredPredictions;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Forms the arrays of one batch from its events.
 *
 * <p>Candidates of the softmax are the distinct items of the batch's sessions and negatives drawn
 * uniformly from the catalogue, shared by all predictions; a small catalogue is taken whole. A
 * candidate's log-Q is the logarithm of its chance to be among them: {@code 1 - (1 - f)^E (1 -
 * 1/N)^n}, f its share of recent clicks, E events of the sessions, n draws from N items (Yi et al.,
 * RecSys 2019, estimate f from the stream, too).
 *
 * <p>A session is encoded once, its last L events, and predicts each of its new events; one with
 * more new events than half of L is cut into several overlapping windows.
 */
public final class BatchAssembler {
  private final EmbeddingTable table;
  private final Catalog catalog;
  private final ClickCounts targetCounts;
  private final ClickCounts popularity;
  private final BatchRecords records;
  private final BatchTokens tokens;
  private final TokenWindow window;
  private final Options options;
  private final TrainingBatch batch;
  private final SessionSignals signals;
  private final IntPredicate asNew;
  private final SignalCandidates signalCandidates;
  private final ScoredPredictions scored;
  private final ScoreBonuses bonuses = new ScoreBonuses();
  private final float negativeLogRate;
  private int[] prefix = new int[64];
  private int recordsOfSessions;
  private int[] targetItem = new int[16];
  private int[] neighborRank = new int[16];

  /**
   * What of the configuration shapes batches.
   *
   * @param training how many candidates come from where, and what their chance corrects
   * @param model how much of a session is read, and which terms are learned: without that of
   *     signals their network stays as it starts, and adds nothing
   * @param seed with the batch number the source of randomness
   */
  public record Options(TrainingOptions training, ModelSettings model, long seed) {
    int maxSessionLength() {
      return model.maxSessionLength();
    }

    boolean signals() {
      return model.terms().signals();
    }
  }

  /**
   * @param targetCounts recent clicks, for the chance to be a target; updated by the owner after
   *     each batch
   * @param popularity recent clicks, for the candidates' priors; likewise
   * @param coVisits items visited together, for the signals; likewise
   * @param content what items' metadata say, for the signals
   * @param scored chosen for each batch: what is only read in scoring is made for these
   */
  public BatchAssembler(
      EmbeddingTable table,
      Catalog catalog,
      ClickCounts targetCounts,
      ClickCounts popularity,
      CoVisits coVisits,
      ContentReader content,
      ScoredPredictions scored,
      Options options) {
    this.scored = scored;
    this.table = table;
    this.catalog = catalog;
    this.targetCounts = targetCounts;
    this.popularity = popularity;
    signals = new SessionSignals(coVisits, content);
    this.options = options;
    negativeLogRate = (float) StrictMath.log(options.training.negativeRate());
    records = new BatchRecords(table, catalog, options);
    asNew = records::isAsNew;
    batch = records.batch;
    tokens = new BatchTokens(records);
    window = new TokenWindow(options.maxSessionLength());
    signalCandidates = new SignalCandidates(records, signals, popularity, options.seed());
  }

  /**
   * Forms a batch; rows are numbered, not read yet.
   *
   * @param shown items shown before this batch, clicked or not
   * @param learned the model's signal network, for {@link #bonuses}
   * @param eventTimeSec event time by which items are so and so old
   * @param eventsLearned before it
   * @return the batch, valid until the next call
   */
  public TrainingBatch assemble(
      List<PendingSession> sessions,
      List<ShownItems> shown,
      long number,
      float[] learned,
      long eventTimeSec,
      long eventsLearned) {
    reset(number);
    records.clear(eventTimeSec, options.training.newnessAfter(eventsLearned));
    for (PendingSession session : sessions) {
      session.dropDeleted(catalog);
      countOccurrences(session);
    }
    records.rows.endCounting();
    int predictions = 0;
    for (PendingSession session : sessions) {
      for (int i = session.firstPredicted(); i < session.size; i++) {
        records.item(session.item(i));
        predictions++;
      }
    }
    if (predictions > 0) {
      int draws = predictions + addHistories(sessions);
      recordsOfSessions = batch.items.records;
      addNegatives(number, draws);
      reservePredictions(predictions);
      for (PendingSession session : sessions) {
        addWindows(session);
      }
      addSignals(learned);
    }
    reservePredictions(batch.predictions + shown.size());
    for (ShownItems items : shown) {
      addShown(items);
    }
    return batch;
  }

  /** The rows that the batch names. */
  public GatheredRows rows() {
    return records.rows.rows;
  }

  /** Reads the batch's rows and counts the occurrences of new events' fids. */
  public void gatherForTraining(long eventTimeSec) {
    records.rows.gatherForTraining(table, eventTimeSec);
  }

  /** One optimiser step on the batch's rows, with their gradients. */
  public void applyGradients() {
    records.rows.applyGradients(table);
  }

  /**
   * Records of the sessions' items; those that follow are candidates that were drawn or that
   * signals speak of, and items shown.
   */
  public int recordsOfSessions() {
    return recordsOfSessions;
  }

  /** Catalogue index per item record of the batch; longer than the batch's records. */
  public int[] recordItems() {
    return records.itemOf;
  }

  /**
   * What is added to scores of items, per prediction, by the network that {@link #assemble} got;
   * nothing for one that is not scored.
   */
  public ScoreBonuses bonuses() {
    return bonuses;
  }

  /** Catalogue index of each prediction's target; longer than the batch's predictions. */
  public int[] targetItems() {
    return targetItem;
  }

  /**
   * Rank of each prediction's target by how strongly items were visited together with its prefix's
   * alone; {@link Integer#MAX_VALUE} for one that was not, or is not scored. Longer than the
   * batch's predictions.
   */
  public int[] neighborRanks() {
    return neighborRank;
  }

  private void reset(long number) {
    tokens.clear();
    recordsOfSessions = 0;
    batch.predictions = 0;
    batch.shownQueries = 0;
    batch.shown = 0;
    batch.candidates = 0;
    batch.number = number;
  }

  private void countOccurrences(PendingSession session) {
    for (int i = session.firstNew; i < session.size; i++) {
      records.count(session.item(i), session.context(i));
    }
  }

  /**
   * Makes what the sessions have seen candidates, too, so that the model learns when a visit comes
   * back to an item; returns how many events that are.
   */
  private int addHistories(List<PendingSession> sessions) {
    int events = 0;
    for (PendingSession session : sessions) {
      int to = session.firstPredicted() < session.size ? session.firstPredicted() : 0;
      for (int i = Math.max(0, to - options.maxSessionLength()); i < to; i++) {
        records.item(session.item(i));
        events++;
      }
    }
    return events;
  }

  private void addNegatives(long number, int clicks) {
    int size = catalog.size();
    boolean full = size <= options.training.fullSoftmaxItems();
    int draws = full ? size : options.training.negatives();
    BatchRandom random = new BatchRandom(options.seed(), number);
    for (int i = 0; i < draws; i++) {
      records.item(catalog.live(full ? i : random.nextInt(size)).index());
    }
    int candidates = batch.items.records;
    batch.candidates = candidates;
    if (batch.candidateLogQ.length < candidates) {
      batch.candidateLogQ = new float[2 * candidates];
      batch.candidateLogChance = new float[2 * candidates];
    }
    if (batch.candidatePrior.length < candidates) {
      batch.candidatePrior = new float[2 * candidates];
    }
    for (int c = 0; c < candidates; c++) {
      batch.candidatePrior[c] = batch.asNew[c] ? 0 : popularity.prior(records.itemOf[c]);
    }
    if (full) {
      Arrays.fill(batch.candidateLogQ, 0, candidates, 0f);
      Arrays.fill(batch.candidateLogChance, 0, candidates, 0f);
      return;
    }
    double notDrawn = draws * StrictMath.log1p(-1.0 / size);
    for (int c = 0; c < candidates; c++) {
      double share = Math.min(targetCounts.share(records.itemOf[c]), 0.999_999);
      double notClicked = clicks * StrictMath.log1p(-share);
      double chance = -StrictMath.expm1(notClicked + notDrawn);
      // Without negatives an item that was never clicked before has no chance by this estimate.
      double floor = 1e-6;
      batch.candidateLogChance[c] = (float) StrictMath.log(Math.max(chance, floor));
      batch.candidateLogQ[c] = options.training.logQ() * batch.candidateLogChance[c];
    }
  }

  private void addWindows(PendingSession session) {
    int step = Math.max(1, options.maxSessionLength() / 2);
    for (int from = session.firstPredicted(); from < session.size; from += step) {
      int to = Math.min(session.size, from + step);
      addWindow(session, from, to);
    }
  }

  /** One session of the batch: the tokens before event {@code to - 1}, and what they predict. */
  private void addWindow(PendingSession session, int from, int to) {
    window.read(session, to - 1, tokens);
    tokens.endSession();
    for (int event = from; event < to; event++) {
      int p = batch.predictions++;
      int target = session.item(event);
      batch.predictionToken[p] = tokens.size - (to - event);
      batch.predictionTarget[p] = records.item(target);
      batch.predictionWeight[p] = 1f;
      targetItem[p] = target;
    }
  }

  /** Encodes the session of shown items up to when they were shown, less what was deleted since. */
  private void addShown(ShownItems shown) {
    if (window.read(shown.session(), shown.length(), tokens) == 0) {
      return;
    }
    tokens.endSession();
    int query = batch.queries();
    batch.predictionToken[query] = tokens.size - 1;
    batch.shownQueries++;
    for (int i = 0; i < shown.items().length; i++) {
      addShownItem(query, shown, i);
    }
  }

  private void addShownItem(int query, ShownItems shown, int i) {
    int item = shown.items()[i];
    if (catalog.item(item) == null) {
      return;
    }
    int n = batch.shown++;
    if (batch.shownQuery.length <= n) {
      int room = 2 * (n + 32);
      batch.shownQuery = Arrays.copyOf(batch.shownQuery, room);
      batch.shownItem = Arrays.copyOf(batch.shownItem, room);
      batch.shownPosition = Arrays.copyOf(batch.shownPosition, room);
      batch.shownClicked = Arrays.copyOf(batch.shownClicked, room);
      batch.shownWeight = Arrays.copyOf(batch.shownWeight, room);
      batch.shownLogRate = Arrays.copyOf(batch.shownLogRate, room);
      Arrays.fill(batch.shownWeight, n, room, 1f);
      Arrays.fill(batch.shownLogRate, n, room, negativeLogRate);
    }
    batch.shownQuery[n] = query;
    batch.shownItem[n] = records.item(item);
    batch.shownPosition[n] = shown.positions()[i];
    batch.shownClicked[n] = shown.clicked()[i];
  }

  /** What each prediction's prefix says of items: for validation, and of candidates to learn. */
  private void addSignals(float[] learned) {
    bonuses.clear();
    scored.choose(batch.number, batch.predictions);
    signalCandidates.begin();
    for (int p = 0, session = 0; p < batch.predictions; p++) {
      int last = batch.predictionToken[p];
      while (batch.sessionStart[session + 1] <= last) {
        session++;
      }
      int start = batch.sessionStart[session];
      prefix = prefix.length > last - start ? prefix : new int[2 * (last - start + 1)];
      for (int t = start; t <= last; t++) {
        prefix[t - start] = records.itemOf[batch.tokenItem[t]];
      }
      signals.of(prefix, 0, last - start + 1, asNew);
      if (scored.has(p)) {
        signals.addTo(bonuses, learned);
        neighborRank[p] = signals.rankByVisits(targetItem[p]);
      } else {
        bonuses.nextQuery();
        neighborRank[p] = Integer.MAX_VALUE;
      }
      if (options.signals()) {
        signalCandidates.add(p);
      } else {
        signalCandidates.addSeen(p, prefix, last - start + 1);
      }
    }
  }

  private void reservePredictions(int predictions) {
    if (batch.predictionToken.length < predictions) {
      int room = 2 * predictions;
      batch.predictionToken = Arrays.copyOf(batch.predictionToken, room);
      batch.predictionTarget = Arrays.copyOf(batch.predictionTarget, room);
      batch.predictionWeight = Arrays.copyOf(batch.predictionWeight, room);
      targetItem = Arrays.copyOf(targetItem, room);
      neighborRank = Arrays.copyOf(neighborRank, room);
    }
  }
}
