package dev.dolmen.trainer.learn;

import dev.dolmen.model.data.TrainingBatch;
import dev.dolmen.model.item.ScoreBonuses;
import dev.dolmen.parameterstore.feature.ColumnSpec;
import dev.dolmen.parameterstore.feature.FeatureExtractor;
import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.store.EmbeddingTable;
import dev.dolmen.trainer.catalog.Catalog;
import dev.dolmen.trainer.catalog.CatalogItem;
import dev.dolmen.trainer.impressions.ShownItems;
import dev.dolmen.trainer.session.SessionHistory;
import dev.dolmen.trainer.session.TimeGaps;
import dev.dolmen.trainer.signals.ClickCounts;
import dev.dolmen.trainer.signals.CoVisits;
import dev.dolmen.trainer.signals.SessionSignals;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Forms the arrays of one batch from its events.
 *
 * <p>Candidates of the softmax are the distinct items of the batch's sessions and negatives drawn
 * uniformly from the catalogue, shared by all predictions; a small catalogue is taken whole. A
 * candidate's log-Q is the logarithm of its chance to be among them: {@code 1 - (1 - f)^E (1 -
 * 1/N)^n}, f its share of late clicks, E events of the sessions, n draws from N items (Yi et al.,
 * RecSys 2019, estimate f from the stream, too).
 *
 * <p>A session is encoded once, its last L events, and predicts each of its new events; one with
 * more new events than half of L is cut into several overlapping windows.
 */
public final class BatchAssembler {
  private final Catalog catalog;
  private final ClickCounts frequencies;
  private final ClickCounts popularity;
  private final List<ColumnSpec> itemColumns;
  private final List<ColumnSpec> contextColumns;
  private final RowGathering gathering;
  private final Options options;
  private final TrainingBatch batch;
  private final SessionSignals signals;
  private final SignalCandidates signalCandidates;
  private final ScoreBonuses bonuses = new ScoreBonuses();
  private final float negativeLogRate;
  private int[] prefix = new int[64];

  /**
   * By what they hold: which of them are one object depends on what was restored, and on it would
   * depend the order in which gradients are summed.
   */
  private final Map<Features, Integer> contextRecords = new HashMap<>();

  private int[] recordStamp = new int[16];
  private int[] recordOf = new int[16];
  private int stamp;
  private int[] recordItem = new int[16];
  private int recordsOfSessions;
  private int[] targetItem = new int[16];
  private int[] neighborRank = new int[16];

  /**
   * What of the configuration shapes batches.
   *
   * @param negatives uniform draws from the catalogue
   * @param fullSoftmaxItems catalogue size up to which every item is a candidate
   * @param logQ strength of the correction, 0 to 1
   * @param maxSessionLength L
   * @param negativeRate share of the shown items not clicked that are learned from
   * @param idGate whether the model wants to know which ids have no row
   * @param signals whether the network of signals is learned; otherwise it stays as it starts, and
   *     adds nothing
   * @param seed with the batch number the source of randomness
   */
  public record Options(
      int negatives,
      int fullSoftmaxItems,
      float logQ,
      int maxSessionLength,
      double negativeRate,
      boolean idGate,
      boolean signals,
      long seed) {}

  /**
   * @param frequencies clicks of late, for the chance to be a target; updated by the owner after
   *     each batch
   * @param popularity clicks of late, for the candidates' priors; likewise
   * @param coVisits items visited together, for the signals; likewise
   */
  public BatchAssembler(
      Schema schema,
      EmbeddingTable table,
      Catalog catalog,
      ClickCounts frequencies,
      ClickCounts popularity,
      CoVisits coVisits,
      Options options) {
    this.catalog = catalog;
    this.frequencies = frequencies;
    this.popularity = popularity;
    signals = new SessionSignals(coVisits);
    this.options = options;
    negativeLogRate = (float) StrictMath.log(options.negativeRate());
    FeatureExtractor features = new FeatureExtractor(schema);
    itemColumns = features.itemColumns();
    contextColumns = features.contextColumns();
    gathering = new RowGathering(table, schema.idSlot(), options.idGate());
    batch = new TrainingBatch(itemColumns.size(), contextColumns.size());
    signalCandidates = new SignalCandidates(batch, signals, popularity, options.seed());
  }

  /**
   * Forms a batch; rows are numbered, not read yet.
   *
   * @param shown items shown before this batch, clicked or not
   * @param learned the model's signal network, for {@link #bonuses}
   * @param eventTimeSec event time by which items are so and so old
   * @return the batch, valid until the next call
   */
  public TrainingBatch assemble(
      List<PendingSession> sessions,
      List<ShownItems> shown,
      long number,
      float[] learned,
      long eventTimeSec) {
    reset(number);
    recordsOfSessions = 0;
    gathering.clear(eventTimeSec);
    for (PendingSession session : sessions) {
      session.dropDeleted(catalog);
      countOccurrences(session);
    }
    gathering.endCounting();
    int predictions = 0;
    for (PendingSession session : sessions) {
      for (int i = session.firstPredicted(); i < session.size; i++) {
        itemRecord(session.items[i]);
        predictions++;
      }
    }
    if (predictions > 0) {
      int draws = predictions + addHistories(sessions);
      addNegatives(number, draws);
      reservePredictions(predictions);
      for (PendingSession session : sessions) {
        addWindows(session);
      }
      recordsOfSessions = batch.items.records;
      addSignals(learned);
    }
    reservePredictions(batch.predictions + shown.size());
    for (ShownItems items : shown) {
      addShown(items);
    }
    return batch;
  }

  /** The rows that the batch names. */
  public dev.dolmen.model.data.GatheredRows rows() {
    return gathering.rows;
  }

  /** Reads the batch's rows and counts the occurrences of new events' fids. */
  public void gatherForTraining(long eventTimeSec) {
    gathering.gatherForTraining(eventTimeSec);
  }

  /** One optimiser step on the batch's rows, with their gradients. */
  public void applyGradients() {
    gathering.applyGradients();
  }

  /**
   * Records of the sessions' items and the shared candidates; those that follow are candidates of
   * single predictions and items shown.
   */
  public int recordsOfSessions() {
    return recordsOfSessions;
  }

  /** Catalogue index per item record of the batch; longer than the batch's records. */
  public int[] recordItems() {
    return recordItem;
  }

  /**
   * What is added to scores of items, per prediction, by the network that {@link #assemble} got.
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
   * alone; {@link Integer#MAX_VALUE} for one that was not. Longer than the batch's predictions.
   */
  public int[] neighborRanks() {
    return neighborRank;
  }

  private void reset(long number) {
    contextRecords.clear();
    batch.items.records = 0;
    batch.contexts.records = 0;
    batch.sessions = 0;
    batch.predictions = 0;
    batch.shownQueries = 0;
    batch.shown = 0;
    batch.candidates = 0;
    batch.number = number;
    int limit = catalog.indexLimit();
    if (recordStamp.length < limit) {
      recordStamp = new int[limit + (limit >> 1)];
      recordOf = new int[recordStamp.length];
      stamp = 0;
    }
    if (++stamp == Integer.MAX_VALUE) {
      Arrays.fill(recordStamp, 0);
      stamp = 1;
    }
  }

  private void countOccurrences(PendingSession session) {
    for (int i = session.firstNew; i < session.size; i++) {
      gathering.count(item(session.items[i]).features(), itemColumns);
      Features context = session.contexts[i];
      if (context != null) {
        gathering.count(context, contextColumns);
      }
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
        itemRecord(session.items[i]);
        events++;
      }
    }
    return events;
  }

  private void addNegatives(long number, int clicks) {
    int size = catalog.size();
    boolean full = size <= options.fullSoftmaxItems();
    int draws = full ? size : options.negatives();
    BatchRandom random = new BatchRandom(options.seed(), number);
    for (int i = 0; i < draws; i++) {
      itemRecord(catalog.live(full ? i : random.nextInt(size)).index());
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
      batch.candidatePrior[c] = popularity.prior(recordItem[c]);
    }
    if (full) {
      Arrays.fill(batch.candidateLogQ, 0, candidates, 0f);
      Arrays.fill(batch.candidateLogChance, 0, candidates, 0f);
      return;
    }
    double notDrawn = draws * StrictMath.log1p(-1.0 / size);
    for (int c = 0; c < candidates; c++) {
      double share = Math.min(frequencies.share(recordItem[c]), 0.999_999);
      double notClicked = clicks * StrictMath.log1p(-share);
      double chance = -StrictMath.expm1(notClicked + notDrawn);
      // Without negatives an item that was never clicked before has no chance by this estimate.
      double floor = 1e-6;
      batch.candidateLogChance[c] = (float) StrictMath.log(Math.max(chance, floor));
      batch.candidateLogQ[c] = options.logQ() * batch.candidateLogChance[c];
    }
  }

  private void addWindows(PendingSession session) {
    int length = options.maxSessionLength();
    int step = Math.max(1, length / 2);
    for (int from = session.firstPredicted(); from < session.size; from += step) {
      int to = Math.min(session.size, from + step);
      addWindow(session, Math.max(0, to - 1 - length), from, to);
    }
  }

  /** Tokens {@code start .. to - 2}, which predict events {@code from .. to - 1}. */
  private void addWindow(PendingSession session, int start, int from, int to) {
    int token = batch.tokens();
    reserveTokens(token + to - 1 - start);
    for (int i = start; i < to - 1; i++) {
      batch.tokenItem[token] = itemRecord(session.items[i]);
      batch.tokenType[token] = session.types[i];
      batch.tokenGap[token] =
          i == start ? 0 : TimeGaps.bucketOf(session.timesMs[i] - session.timesMs[i - 1]);
      batch.tokenContext[token] = contextRecord(session.contexts[i]);
      if (i + 1 >= from) {
        int p = batch.predictions++;
        int target = session.items[i + 1];
        batch.predictionToken[p] = token;
        batch.predictionTarget[p] = itemRecord(target);
        batch.predictionWeight[p] = 1f;
        targetItem[p] = target;
      }
      token++;
    }
    endSession(token);
  }

  private void endSession(int token) {
    batch.sessions++;
    if (batch.sessionStart.length <= batch.sessions) {
      batch.sessionStart = Arrays.copyOf(batch.sessionStart, 2 * batch.sessions + 1);
    }
    batch.sessionStart[batch.sessions] = token;
  }

  /** Encodes the session of shown items up to when they were shown, less what was deleted since. */
  private void addShown(ShownItems shown) {
    SessionHistory session = shown.session();
    int first = batch.tokens();
    int token = first;
    reserveTokens(first + shown.length());
    long beforeMs = 0;
    for (int i = 0; i < shown.length(); i++) {
      if (catalog.item(session.item(i)) != null) {
        batch.tokenItem[token] = itemRecord(session.item(i));
        batch.tokenType[token] = session.type(i);
        batch.tokenGap[token] =
            token == first ? 0 : TimeGaps.bucketOf(session.timeMs(i) - beforeMs);
        beforeMs = session.timeMs(i);
        batch.tokenContext[token++] = contextRecord(session.context(i));
      }
    }
    if (token > first) {
      int query = batch.queries();
      batch.predictionToken[query] = token - 1;
      batch.shownQueries++;
      endSession(token);
      for (int i = 0; i < shown.items().length; i++) {
        addShownItem(query, shown, i);
      }
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
    batch.shownItem[n] = itemRecord(item);
    batch.shownPosition[n] = shown.positions()[i];
    batch.shownClicked[n] = shown.clicked()[i];
  }

  /** What each prediction's prefix says of items: for validation, and of candidates to learn. */
  private void addSignals(float[] learned) {
    bonuses.clear();
    signalCandidates.begin();
    for (int p = 0, session = 0; p < batch.predictions; p++) {
      int last = batch.predictionToken[p];
      while (batch.sessionStart[session + 1] <= last) {
        session++;
      }
      int start = batch.sessionStart[session];
      prefix = prefix.length > last - start ? prefix : new int[2 * (last - start + 1)];
      for (int t = start; t <= last; t++) {
        prefix[t - start] = recordItem[batch.tokenItem[t]];
      }
      signals.of(prefix, 0, last - start + 1);
      signals.addTo(bonuses, learned);
      neighborRank[p] = signals.rankByVisits(targetItem[p]);
      if (options.signals()) {
        signalCandidates.add(p, this::sharedRecord, this::itemRecord);
      }
    }
  }

  /** Record of an item that is a candidate of every prediction, or -1. */
  private int sharedRecord(int index) {
    return recordStamp[index] == stamp && recordOf[index] < batch.candidates ? recordOf[index] : -1;
  }

  private int itemRecord(int index) {
    if (recordStamp[index] == stamp) {
      return recordOf[index];
    }
    int record = gathering.append(item(index).features(), itemColumns, batch.items);
    recordStamp[index] = stamp;
    recordOf[index] = record;
    if (recordItem.length <= record) {
      recordItem = Arrays.copyOf(recordItem, 2 * record);
    }
    recordItem[record] = index;
    return record;
  }

  private int contextRecord(@Nullable Features context) {
    if (context == null) {
      return -1;
    }
    Integer known = contextRecords.get(context);
    if (known == null) {
      known = gathering.append(context, contextColumns, batch.contexts);
      contextRecords.put(context, known);
    }
    return known;
  }

  private CatalogItem item(int index) {
    CatalogItem item = catalog.item(index);
    if (item == null) {
      throw new IllegalStateException("no item at index " + index);
    }
    return item;
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

  private void reserveTokens(int tokens) {
    if (batch.tokenItem.length < tokens) {
      int room = 2 * tokens;
      batch.tokenItem = Arrays.copyOf(batch.tokenItem, room);
      batch.tokenType = Arrays.copyOf(batch.tokenType, room);
      batch.tokenGap = Arrays.copyOf(batch.tokenGap, room);
      batch.tokenContext = Arrays.copyOf(batch.tokenContext, room);
    }
  }
}
