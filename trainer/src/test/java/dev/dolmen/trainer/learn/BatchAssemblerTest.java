package dev.dolmen.trainer.learn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.model.data.SignalFeatures;
import dev.dolmen.model.data.TrainingBatch;
import dev.dolmen.model.item.ScoreBonuses;
import dev.dolmen.model.kernel.Kernels;
import dev.dolmen.model.layer.SignalNetwork;
import dev.dolmen.parameterstore.feature.FeatureExtractor;
import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.parameterstore.store.HeapEmbeddingTable;
import dev.dolmen.trainer.catalog.Catalog;
import dev.dolmen.trainer.catalog.CatalogOptions;
import dev.dolmen.trainer.impressions.ShownItems;
import dev.dolmen.trainer.session.SessionHistory;
import dev.dolmen.trainer.session.SessionPlace;
import dev.dolmen.trainer.session.SessionStore;
import dev.dolmen.trainer.signals.ClickCounts;
import dev.dolmen.trainer.signals.CoVisits;
import dev.dolmen.trainer.signals.ContentIndex;
import dev.dolmen.trainer.signals.SessionSignals;
import dev.dolmen.trainer.stream.StreamStep;
import dev.dolmen.trainer.validation.ScoredPredictions;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BatchAssemblerTest {
  private static final int LENGTH = 6;
  private static final int ITEMS = 50;
  private static final int CLICK = 2;
  private static final int ID_SLOT = 1;

  /** Whether the session has seen an item adds 10, how long ago 3 an event. */
  private static final float[] SIGNALS = new float[SignalNetwork.PARAMETERS];

  static {
    // Behind the linear part of what visits say stand 8 units of likeness and its linear part.
    int ofLikeness = SignalFeatures.OF_LIKENESS * (8 + 1) + 8;
    int linear = SignalNetwork.PARAMETERS - ofLikeness - SignalFeatures.OF_VISITS;
    SIGNALS[linear] = 10;
    SIGNALS[linear + 1] = 9;
  }

  private final HeapEmbeddingTable table = new HeapEmbeddingTable(Schemas.small(), 1);
  private final Catalog catalog =
      new Catalog(new FeatureExtractor(Schemas.small()), CatalogOptions.defaults());
  private final SessionStore sessions =
      new SessionStore(catalog, new SessionStore.Bounds(100, 3_600_000, LENGTH, 256, 1 << 20));
  private final ClickCounts clicks = new ClickCounts(1_000, true, () -> ITEMS);
  private final CoVisits coVisits = new CoVisits(1_000);
  private final ContentIndex content = new ContentIndex(Schemas.small(), catalog);
  private final PendingEvents pending = new PendingEvents();

  BatchAssemblerTest() {
    for (int i = 0; i < ITEMS; i++) {
      SlotValue category = SlotValue.newBuilder().setToken("c" + i % 5).build();
      Item item = Item.newBuilder().setItemId("i" + i).putSlots("category", category).build();
      clicks.added(catalog.upsert(item).index());
    }
  }

  private BatchAssembler assembler(int negatives, int fullSoftmaxItems) {
    return assembler(training(negatives, fullSoftmaxItems), true);
  }

  private BatchAssembler assembler(TrainingOptions training, boolean signals) {
    return assembler(training, signals, 1);
  }

  private BatchAssembler assembler(TrainingOptions training, boolean signals, double scored) {
    return new BatchAssembler(
        table,
        catalog,
        clicks,
        clicks,
        coVisits,
        content,
        new ScoredPredictions(scored),
        new BatchAssembler.Options(training, model(signals), 7));
  }

  private static TrainingOptions training(int negatives, int fullSoftmaxItems) {
    return TrainingOptions.defaults()
        .with(o ->
            o.negatives(negatives)
                .fullSoftmaxItems(fullSoftmaxItems)
                .logQ(1)
                .newness(0)
                .negativeRate(0.5));
  }

  private static ModelSettings model(boolean signals) {
    ScoreTerms terms = new ScoreTerms(signals, true);
    return ModelSettings.defaults().with(o -> o.maxSessionLength(LENGTH).idGate(true).terms(terms));
  }

  private TrainingBatch batch(BatchAssembler assembler, long number) {
    return assembler.assemble(pending.sessions(), List.of(), number, SIGNALS, 0, 0);
  }

  private void click(String session, int... items) {
    for (int item : items) {
      SessionHistory before = sessions.append(session, item, CLICK, 0, null).before();
      pending.add(session, before, item, CLICK, 0, null, 0);
    }
  }

  private void clickAt(long timeMs, String session, int item) {
    SessionPlace place = sessions.append(session, item, CLICK, timeMs, null);
    pending.add(
        new StreamStep(session, place.before(), place.order(), item, CLICK, timeMs, null), 0);
  }

  @Test
  void eventsThatComeInReverseArePredictedInTheOrderOfTheirTime() {
    for (int i = 3; i >= 1; i--) {
      clickAt(i * 1_000L, "a", i);
    }
    BatchAssembler assembler = assembler(0, 100);
    assertThat(predictions(assembler, batch(assembler, 1)))
        .containsExactly(List.of(1, 2), List.of(1, 2, 3));
  }

  @Test
  void aLateEventIsPredictedFromWhatWasBeforeIt() {
    clickAt(1_000, "a", 1);
    clickAt(3_000, "a", 3);
    BatchAssembler assembler = assembler(0, 100);
    batch(assembler, 1);
    pending.clear();
    clickAt(4_000, "a", 4);
    clickAt(2_000, "a", 2);
    clickAt(5_000, "a", 5);
    assertThat(predictions(assembler, batch(assembler, 1)))
        .containsExactlyInAnyOrder(List.of(1, 2, 3, 4), List.of(1, 2, 3, 4, 5), List.of(1, 2));
  }

  /** Per prediction the catalogue indexes of its prefix, then of its target. */
  private static List<List<Integer>> predictions(BatchAssembler assembler, TrainingBatch batch) {
    List<List<Integer>> all = new ArrayList<>();
    for (int p = 0; p < batch.predictions; p++) {
      int session = 0;
      while (batch.sessionStart[session + 1] <= batch.predictionToken[p]) {
        session++;
      }
      List<Integer> items = new ArrayList<>();
      for (int t = batch.sessionStart[session]; t <= batch.predictionToken[p]; t++) {
        items.add(assembler.recordItems()[batch.tokenItem[t]]);
      }
      assertThat(batch.predictionTarget[p]).isLessThan(batch.candidates);
      assertThat(assembler.recordItems()[batch.predictionTarget[p]])
          .isEqualTo(assembler.targetItems()[p]);
      items.add(assembler.targetItems()[p]);
      all.add(items);
    }
    return all;
  }

  @Test
  void theFirstEventOfASessionPredictsNothing() {
    BatchAssembler assembler = assembler(5, 0);
    click("a", 3);
    assertThat(batch(assembler, 1).predictions).isZero();
    assembler.gatherForTraining(0);
    assertThat(table.statistics(ID_SLOT).rows()).isEqualTo(1);
  }

  @Test
  void everyNewEventAfterTheFirstIsPredictedFromItsPrefix() {
    BatchAssembler assembler = assembler(5, 0);
    click("a", 3, 4, 4);
    click("b", 9, 1);
    TrainingBatch batch = batch(assembler, 1);
    assertThat(predictions(assembler, batch))
        .containsExactly(List.of(3, 4), List.of(3, 4, 4), List.of(9, 1));
  }

  @Test
  void whereSignalsAreOffNothingIsLearnedOfThem() {
    click("a", 3, 4, 3);
    BatchAssembler with = assembler(training(5, 0), true);
    assertThat(batch(with, 1).signalItem).isNotEmpty();
    BatchAssembler without = assembler(training(5, 0), false);
    assertThat(batch(without, 1).signalItem).isEmpty();
  }

  @Test
  void aSessionGoesOnAcrossBatches() {
    BatchAssembler assembler = assembler(5, 0);
    click("a", 3, 4);
    pending.clear();
    click("a", 5, 6);
    TrainingBatch batch = batch(assembler, 2);
    assertThat(predictions(assembler, batch))
        .containsExactly(List.of(3, 4, 5), List.of(3, 4, 5, 6));
    assertThat(batch.sessions).isEqualTo(1);
  }

  @Test
  void aLongSessionIsCutIntoWindows() {
    BatchAssembler assembler = assembler(5, 0);
    int[] items = new int[20];
    for (int i = 0; i < items.length; i++) {
      items[i] = i;
    }
    click("a", items);
    TrainingBatch batch = batch(assembler, 1);
    List<List<Integer>> predictions = predictions(assembler, batch);
    assertThat(predictions).hasSize(19);
    for (int p = 0; p < predictions.size(); p++) {
      List<Integer> prediction = predictions.get(p);
      assertThat(prediction.getLast()).isEqualTo(p + 1);
      // The whole prefix, or at least half of the events that the model reads.
      assertThat(prediction.size() - 1).isBetween(Math.min(p + 1, LENGTH / 2), LENGTH);
      assertThat(prediction.get(prediction.size() - 2)).isEqualTo(p);
    }
  }

  @Test
  void candidatesAreTargetsAndNegativesWithoutRepetition() {
    BatchAssembler assembler = assembler(20, 0);
    click("a", 3, 4, 5);
    TrainingBatch batch = batch(assembler, 1);
    Set<Integer> candidates = new HashSet<>();
    for (int c = 0; c < batch.candidates; c++) {
      candidates.add(assembler.recordItems()[c]);
      assertThat(batch.candidateLogQ[c]).isNegative();
    }
    assertThat(candidates).hasSize(batch.candidates).contains(4, 5).hasSizeGreaterThan(10);
  }

  /** What is learned does not depend on what is scored; what only scoring reads is left out. */
  @Test
  void bonusesAreMadeForWhatIsScored() {
    click("a", 3, 4, 3, 5);
    BatchAssembler all = assembler(training(20, 0), true, 1);
    BatchAssembler none = assembler(training(20, 0), true, 0);
    TrainingBatch scored = batch(all, 1);
    TrainingBatch learned = batch(none, 1);
    assertThat(none.bonuses().queries()).isEqualTo(all.bonuses().queries()).isEqualTo(3);
    for (int p = 0; p < 3; p++) {
      assertThat(all.bonuses().to(p)).isGreaterThan(all.bonuses().from(p));
      assertThat(none.bonuses().to(p)).isEqualTo(none.bonuses().from(p));
    }
    assertThat(learned.candidates).isEqualTo(scored.candidates);
    assertThat(learned.signalStart).isEqualTo(scored.signalStart);
    assertThat(learned.signalItem).isEqualTo(scored.signalItem);
    assertThat(learned.signalFeatures).isDeepEqualTo(scored.signalFeatures);
    // Sessions name three items; what was drawn waits for its turn.
    assertThat(all.recordsOfSessions()).isEqualTo(3);
    assertThat(scored.items.records).isGreaterThan(10);
  }

  @Test
  void whatTheSessionHasSeenIsACandidateWithABonus() {
    BatchAssembler assembler = assembler(0, 0);
    click("a", 3, 4, 3, 5);
    TrainingBatch batch = batch(assembler, 1);
    assertThat(Arrays.copyOf(assembler.recordItems(), batch.candidates)).contains(3, 4, 5);
    ScoreBonuses bonuses = assembler.bonuses();
    assertThat(bonuses.queries()).isEqualTo(3);
    assertThat(bonuses.of(0, 3)).isEqualTo(13);
    assertThat(bonuses.of(1, 3)).isEqualTo(16);
    assertThat(bonuses.of(1, 4)).isEqualTo(13);
    assertThat(bonuses.of(2, 3)).isEqualTo(13);
    assertThat(bonuses.of(2, 4)).isEqualTo(16);
    assertThat(bonuses.of(2, 5)).isZero();
    assertThat(batch.signalStart).startsWith(0, 1, 3, 5);
    float[] added = new float[5];
    new SignalNetwork(Kernels.best()).forward(SIGNALS, 0, batch.signalFeatures, 5, added);
    for (int i = 0; i < 5; i++) {
      int item = assembler.recordItems()[batch.signalItem[i]];
      int prediction = i == 0 ? 0 : (i + 1) / 2;
      assertThat(added[i]).isEqualTo(bonuses.of(prediction, item));
      assertThat(batch.signalOffset[i])
          .as("it is there for certain")
          .isEqualTo(batch.candidateLogQ[batch.signalItem[i]]);
    }
    assertThat(batch.ownStart).startsWith(0, 0, 0, 0);
  }

  /** Their chance is given back with their signals, or, where there are none, without. */
  @Test
  void withoutSignalsWhatTheSessionHasSeenIsCertain() {
    BatchAssembler assembler = assembler(training(0, 0), false);
    click("a", 3, 4, 3, 5);
    click("b", 7, 8);
    TrainingBatch batch = batch(assembler, 1);
    assertThat(batch.signalItem).isEmpty();
    List<Set<Integer>> certain = new ArrayList<>();
    for (int p = 0; p < batch.predictions; p++) {
      Set<Integer> items = new HashSet<>();
      for (int c = batch.certainStart[p]; c < batch.certainStart[p + 1]; c++) {
        assertThat(items.add(assembler.recordItems()[batch.certain[c]])).as("once").isTrue();
      }
      certain.add(items);
    }
    assertThat(certain).containsExactly(Set.of(3), Set.of(3, 4), Set.of(3, 4), Set.of(7));
  }

  /** Item 0 was visited together with every other one. */
  private void visitAll() {
    for (int i = 1; i < ITEMS; i++) {
      for (int times = 0; times < 1 + i % 3; times++) {
        coVisits.add(i, new int[] {0, i}, 1);
      }
    }
  }

  @Test
  void itemsVisitedTogetherAreCandidatesOfTheirPredictionAlone() {
    visitAll();
    BatchAssembler assembler = assembler(0, 0);
    click("a", 0, 1);
    TrainingBatch batch = batch(assembler, 1);
    assertThat(batch.ownStart[1]).isEqualTo(SignalCandidates.OWN);
    Set<Integer> own = new HashSet<>();
    for (int i = 0; i < SignalCandidates.OWN; i++) {
      assertThat(batch.ownItem[i]).isGreaterThanOrEqualTo(batch.candidates);
      own.add(assembler.recordItems()[batch.ownItem[i]]);
    }
    assertThat(own).hasSize(SignalCandidates.OWN).doesNotContain(0, 1);
  }

  /**
   * An item learned as new has the signals that it would have if it had just come, to the bit: what
   * the session did and what its metadata say, and nothing of what was visited together with it.
   */
  @Test
  void anItemLearnedAsNewHasTheSignalsOfOneThatHasJustCome() {
    for (int i = 0; i < ITEMS; i++) {
      content.added(i);
    }
    CoVisits without = new CoVisits(1_000);
    int item = 12;
    for (int session = 1; session <= 40; session++) {
      coVisits.add(session, new int[] {7, item}, 1);
      coVisits.add(100 + session, new int[] {7, 3}, 1);
      without.add(100 + session, new int[] {7, 3}, 1);
    }
    SessionSignals newcomers = new SessionSignals(without, content);
    newcomers.of(new int[] {7, 2}, 0, 2);
    float[][] expected = new float[SignalFeatures.COUNT][1];
    newcomers.features(placeOf(newcomers, item), false, expected, 0);
    BatchAssembler assembler = assembler(training(20, 0).with(o -> o.newness(0.5f)), true);
    click("a", 7, 2, 4);
    int asNew = 0;
    int known = 0;
    for (int number = 1; number <= 60; number++) {
      TrainingBatch batch = batch(assembler, number);
      for (int s = batch.signalStart[1]; s < batch.signalStart[2]; s++) {
        int own = batch.signalItem[s] - batch.candidates;
        int record = own < 0 ? batch.signalItem[s] : batch.ownItem[batch.ownStart[1] + own];
        if (assembler.recordItems()[record] != item) {
          continue;
        }
        asNew += batch.asNew[record] ? 1 : 0;
        known += batch.asNew[record] ? 0 : 1;
        float[] features = new float[SignalFeatures.COUNT];
        float[] newcomer = new float[SignalFeatures.COUNT];
        for (int f = 0; f < features.length; f++) {
          features[f] = batch.signalFeatures[f][s];
          newcomer[f] = expected[f][0];
        }
        if (batch.asNew[record]) {
          assertThat(features).isEqualTo(newcomer);
        } else {
          assertThat(features).isNotEqualTo(newcomer);
        }
      }
    }
    assertThat(asNew).isGreaterThan(5);
    assertThat(known).isGreaterThan(5);
  }

  private static int placeOf(SessionSignals signals, int item) {
    for (int place = 0; place < signals.size(); place++) {
      if (signals.item(place) == item) {
        return place;
      }
    }
    throw new AssertionError("no signals of " + item);
  }

  /** Of an item that is new to a batch nothing is known, but that a session has just seen it. */
  @Test
  void anItemThatIsLearnedAsNewHasNoPriorAndNoSignals() {
    visitAll();
    for (int i = 0; i < 200; i++) {
      clicks.add(i % 7);
    }
    BatchAssembler assembler = assembler(training(20, 0).with(o -> o.newness(0.5f)), true);
    click("a", 0, 1, 2);
    int shared = 0;
    int seen = 0;
    for (int number = 1; number <= 50; number++) {
      TrainingBatch batch = batch(assembler, number);
      assertThat(batch.anyAsNew).isTrue();
      for (int c = 0; c < batch.candidates; c++) {
        shared += batch.asNew[c] ? 1 : 0;
        assertThat(batch.candidatePrior[c] == 0).isEqualTo(batch.asNew[c]);
      }
      for (int own = 0; own < batch.ownStart[batch.predictions]; own++) {
        assertThat(batch.asNew[batch.ownItem[own]]).isFalse();
      }
      for (int s = 0; s < batch.signalStart[batch.predictions]; s++) {
        int candidate = batch.signalItem[s];
        if (candidate < batch.candidates && batch.asNew[candidate]) {
          assertThat(batch.signalFeatures[0][s]).as("seen by the session").isEqualTo(1);
          seen++;
        }
      }
    }
    assertThat(shared).isGreaterThan(300);
    assertThat(seen).isPositive();
  }

  /** One batch has an item as new for all or for none; another batch has others. */
  @Test
  void aShareOfTheItemsIsDrawnForEachBatch() {
    int[] times = timesAsNew(0);
    assertThat(Arrays.stream(times).min().orElseThrow()).isGreaterThan(140);
    assertThat(Arrays.stream(times).max().orElseThrow()).isLessThan(260);
    assertThat(Arrays.stream(timesAsNew(4_000)).max().orElseThrow()).isBetween(70, 140);
  }

  /** How often each item is learned as a new one in a thousand batches. */
  private int[] timesAsNew(long eventsLearned) {
    TrainingOptions newness =
        training(0, ITEMS).with(o -> o.newness(0.2f).newnessDecayEvents(1_000));
    BatchAssembler assembler = assembler(newness, true);
    click("a", 3, 4);
    int[] times = new int[ITEMS];
    for (int number = 1; number <= 1_000; number++) {
      TrainingBatch batch =
          assembler.assemble(pending.sessions(), List.of(), number, SIGNALS, 0, eventsLearned);
      for (int c = 0; c < ITEMS; c++) {
        times[assembler.recordItems()[c]] += batch.asNew[c] ? 1 : 0;
      }
    }
    return times;
  }

  @Test
  void ownCandidatesStandForAllThatTheyWereDrawnFrom() {
    visitAll();
    BatchAssembler assembler = assembler(0, 0);
    click("a", 0, 1);
    double[] drawn = new double[ITEMS];
    int batches = 2_000;
    for (int number = 1; number <= batches; number++) {
      TrainingBatch batch = batch(assembler, number);
      for (int s = batch.signalStart[0]; s < batch.signalStart[1]; s++) {
        int own = batch.signalItem[s] - batch.candidates;
        if (own >= 0) {
          drawn[assembler.recordItems()[batch.ownItem[own]]] += Math.exp(batch.signalOffset[s]);
        }
      }
    }
    // 16 items have the greatest strength, of which 12 are certain; each stands for itself.
    for (int i = 2; i < ITEMS; i++) {
      if (i % 3 != 2) {
        assertThat(drawn[i] / batches)
            .as("item %d", i)
            .isCloseTo(1, org.assertj.core.data.Offset.offset(0.2));
      }
    }
    assertThat(Arrays.stream(drawn).sum() / batches)
        .isCloseTo(ITEMS - 2, org.assertj.core.data.Offset.offset(1e-3));
  }

  @Test
  void clickedItemsAreMoreLikelyCandidates() {
    for (int i = 0; i < 100; i++) {
      clicks.add(4);
      clicks.add(i % ITEMS);
    }
    BatchAssembler assembler = assembler(20, 0);
    click("a", 3, 4, 5);
    TrainingBatch batch = batch(assembler, 1);
    // Three events; 4 has a share of 102 in 200 clicks, 5 of 2, each draw takes 1 of 50.
    double notDrawn = Math.pow(1 - 1.0 / ITEMS, 20);
    assertThat(Math.exp(batch.candidateLogQ[0]))
        .isCloseTo(1 - 0.49 * 0.49 * 0.49 * notDrawn, org.assertj.core.data.Offset.offset(0.02));
    assertThat(Math.exp(batch.candidateLogQ[1]))
        .isCloseTo(1 - 0.99 * 0.99 * 0.99 * notDrawn, org.assertj.core.data.Offset.offset(0.02));
    assertThat(batch.candidatePrior[0]).isGreaterThan(batch.candidatePrior[1]);
  }

  @Test
  void aSmallCatalogueIsTakenWhole() {
    BatchAssembler assembler = assembler(5, ITEMS);
    click("a", 3, 4);
    TrainingBatch batch = batch(assembler, 1);
    assertThat(batch.candidates).isEqualTo(ITEMS);
    for (int c = 0; c < ITEMS; c++) {
      assertThat(batch.candidateLogQ[c]).isZero();
    }
  }

  @Test
  void deletedItemsVanishFromSessions() {
    BatchAssembler assembler = assembler(5, 0);
    click("a", 3, 4, 5);
    catalog.delete("i4", 0);
    TrainingBatch batch = batch(assembler, 1);
    assertThat(predictions(assembler, batch)).containsExactly(List.of(3, 5));
  }

  @Test
  void negativesAdmitNothing() {
    BatchAssembler assembler = assembler(30, 0);
    click("a", 3, 4);
    batch(assembler, 1);
    assembler.gatherForTraining(0);
    assertThat(table.statistics(ID_SLOT).rows()).isEqualTo(2);
  }

  @Test
  void theSameNumberDrawsTheSame() {
    BatchAssembler one = assembler(20, 0);
    BatchAssembler two = assembler(20, 0);
    click("a", 3, 4);
    int candidates = batch(one, 5).candidates;
    assertThat(batch(two, 5).candidates).isEqualTo(candidates);
    for (int c = 0; c < candidates; c++) {
      assertThat(two.recordItems()[c]).isEqualTo(one.recordItems()[c]);
    }
  }

  private static ShownItems shown(SessionHistory session, int length, int... items) {
    int[] positions = new int[items.length];
    boolean[] clicked = new boolean[items.length];
    for (int i = 0; i < items.length; i++) {
      positions[i] = 2 * i;
      clicked[i] = i == 1;
    }
    return new ShownItems(session, length, items, positions, clicked);
  }

  @Test
  void shownItemsFollowWithTheSessionOfTheirTime() {
    BatchAssembler assembler = assembler(5, 0);
    click("a", 3, 4);
    click("b", 7, 8, 9);
    SessionHistory b = Objects.requireNonNull(sessions.get("b"));
    List<ShownItems> shown = List.of(shown(b, 2, 8, 30), shown(b, 3, 31));
    TrainingBatch batch = assembler.assemble(pending.sessions(), shown, 1, SIGNALS, 0, 0);
    assertThat(batch.predictions).isEqualTo(3);
    assertThat(batch.queries()).isEqualTo(5);
    assertThat(batch.shown).isEqualTo(3);
    int[] record = assembler.recordItems();
    int token = batch.predictionToken[3];
    assertThat(record[batch.tokenItem[token - 1]]).isEqualTo(7);
    assertThat(record[batch.tokenItem[token]]).isEqualTo(8);
    assertThat(record[batch.tokenItem[batch.predictionToken[4]]]).isEqualTo(9);
    assertThat(batch.sessionStart[batch.sessions]).isEqualTo(batch.predictionToken[4] + 1);
    assertThat(Arrays.copyOf(batch.shownQuery, 3)).containsExactly(3, 3, 4);
    assertThat(Arrays.stream(batch.shownItem, 0, 3).map(i -> record[i])).containsExactly(8, 30, 31);
    assertThat(Arrays.copyOf(batch.shownPosition, 3)).containsExactly(0, 2, 0);
    assertThat(batch.shownClicked).startsWith(false, true, false);
    for (int i = 0; i < 3; i++) {
      assertThat(batch.shownWeight[i]).isEqualTo(1);
      assertThat(batch.shownLogRate[i]).isEqualTo((float) Math.log(0.5));
    }
    pending.clear();
    assertThat(assembler.assemble(pending.sessions(), shown, 2, SIGNALS, 0, 0).queries())
        .isEqualTo(2);
    assertThat(batch.predictions).isZero();
    assertThat(batch.candidates).isZero();
  }

  @Test
  void deletedItemsVanishFromWhatWasShown() {
    BatchAssembler assembler = assembler(5, 0);
    click("a", 3, 4);
    SessionHistory a = Objects.requireNonNull(sessions.get("a"));
    pending.clear();
    catalog.delete("i4", 0);
    catalog.delete("i9", 0);
    List<ShownItems> shown = List.of(shown(a, 2, 9, 10));
    TrainingBatch batch = assembler.assemble(pending.sessions(), shown, 1, SIGNALS, 0, 0);
    assertThat(batch.tokens()).isEqualTo(1);
    assertThat(batch.shown).isEqualTo(1);
    assertThat(assembler.recordItems()[batch.shownItem[0]]).isEqualTo(10);
    catalog.delete("i3", 0);
    assertThat(assembler.assemble(pending.sessions(), shown, 1, SIGNALS, 0, 0).queries()).isZero();
  }
}
