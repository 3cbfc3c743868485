package dev.dolmen.evaluation.model;

import dev.dolmen.evaluation.protocol.EvalClick;
import dev.dolmen.evaluation.protocol.Prediction;
import dev.dolmen.evaluation.protocol.VisibleData;
import dev.dolmen.parameterstore.store.EmbeddingReader;
import dev.dolmen.parameterstore.store.TableFactory;
import dev.dolmen.server.DirectoryTree;
import dev.dolmen.server.ranking.SessionRanks;
import dev.dolmen.trainer.EngineOptions;
import dev.dolmen.trainer.HistoryTraining;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SessionEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The product: the trainer of the server learns, and the code that serves ranks, from sessions that
 * come with the request. Predictions are collected and answered together before anything more is
 * learned.
 */
public final class DolmenModel implements EvalModel {
  private static final int PREDICTIONS = 256;

  private final VisibleData data;
  private final EngineOptions options;
  private final BitSet catalogue;
  private final BitSet known = new BitSet();
  private final HistoryTraining training;
  private final boolean everyVector;
  private final int[] numbers = new int[PREDICTIONS];
  private final Prediction[] predictions = new Prediction[PREDICTIONS];
  private final int[] ranks = new int[PREDICTIONS];
  private final Map<Integer, String> ids = new HashMap<>();
  private @Nullable Set<String> only;
  private @Nullable SessionRanks asked;
  private @Nullable Answers answers;
  private int taken;
  private int passes;

  /**
   * Begins to learn, in the options' directory, which is deleted at the end.
   *
   * @param data as the options' schema shows it
   * @param tables the product's table, or another
   * @param catalogue items that are there from the beginning
   * @param everyVector whether all items' vectors are brought up to date whenever what was learned
   *     comes into effect; otherwise only as the trainer does it beside learning
   */
  public DolmenModel(
      VisibleData data,
      EngineOptions options,
      TableFactory tables,
      BitSet catalogue,
      boolean everyVector)
      throws IOException {
    this.data = data;
    this.options = options;
    this.catalogue = catalogue;
    this.everyVector = everyVector;
    training = HistoryTraining.open(options, InstantSource.system(), tables);
  }

  /** A directory of its own for {@link EngineOptions#dataDirectory}. */
  public static Path directory() throws IOException {
    return Files.createTempDirectory("dolmen-eval-");
  }

  @Override
  public void beginPass() throws IOException {
    if (passes++ > 0) {
      training.endPass();
      training.beginPass();
      known.clear();
    }
    asked = null;
    announceAll(catalogue);
  }

  @Override
  public void announce(BitSet items) {
    answer(); // What was asked before is answered without them.
    announceAll(items);
    asked = null;
  }

  @Override
  public void narrow(BitSet items) {
    answer();
    asked = null;
    Set<String> ids = new HashSet<>();
    items.stream().forEach(item -> ids.add(data.item(item).getItemId()));
    only = ids;
  }

  private void announceAll(BitSet items) {
    for (int item = items.nextSetBit(0); item >= 0; item = items.nextSetBit(item + 1)) {
      announce(item);
    }
  }

  private void announce(int item) {
    if (!known.get(item)) {
      known.set(item);
      training.upsert(data.item(item));
    }
  }

  @Override
  public void learn(EvalClick click) throws IOException {
    if (taken + 1 >= options.training().batchEvents()) {
      answer(); // This click fills the batch, which is learned then.
      taken = -1;
    }
    announce(click.item());
    training.learn(data.event(click));
    taken++;
    asked = taken == 0 ? null : asked;
  }

  @Override
  public void settle() throws IOException {
    answer();
    training.learnBatch();
    taken = 0;
    asked = null;
  }

  @Override
  public void ask(int number, Prediction prediction, Answers to) throws IOException {
    SessionRanks ranking = ranking();
    answers = to;
    EvalClick target = prediction.targetClick();
    numbers[ranking.size()] = number;
    predictions[ranking.size()] = prediction;
    ranking.add(context(prediction.prefix()), target.row().item(), target.timeMs());
    if (ranking.size() == PREDICTIONS) {
      answer();
    }
  }

  private SessionRanks ranking() {
    SessionRanks ranking = asked;
    if (ranking == null) {
      LiveState live = everyVector ? training.refreshed() : training.live();
      ranking = only == null ? new SessionRanks(live) : SessionRanks.among(live, only);
      asked = ranking;
    }
    return ranking;
  }

  @Override
  public void scoreAll(List<EvalClick> prefix, float[] scores) {
    answer();
    SessionRanks ranking = ranking();
    ranking.add(context(prefix), "", prefix.isEmpty() ? 0 : prefix.getLast().timeMs());
    for (int item = 0; item < scores.length; item++) {
      scores[item] = ranking.score(0, ids.computeIfAbsent(item, i -> data.item(i).getItemId()));
    }
    ranking.clear();
  }

  /** The session as a request brings it: items that are new to the server with their metadata. */
  private SessionContext context(List<EvalClick> prefix) {
    SessionContext.Builder context = SessionContext.newBuilder();
    BitSet inline = new BitSet();
    for (EvalClick click : prefix) {
      FeedbackEvent event = data.event(click);
      context.addEvents(
          SessionEvent.newBuilder()
              .setItemId(event.getItemId())
              .setType(event.getType())
              .setTime(event.getTime())
              .putAllContext(event.getContextMap()));
      if (!known.get(click.item()) && !inline.get(click.item())) {
        inline.set(click.item());
        context.addItems(data.item(click.item()));
      }
    }
    return context.build();
  }

  private void answer() {
    SessionRanks ranking = asked;
    Answers to = answers;
    if (ranking == null || to == null || ranking.size() == 0) {
      return;
    }
    ranking.ranks(DEPTH, ranks);
    List<SessionRanks.First> firsts = ranking.firsts(DEPTH);
    for (int i = 0; i < ranking.size(); i++) {
      SessionRanks.First first = firsts.get(i);
      int[] top = first.ids().stream().mapToInt(data::itemNumber).toArray();
      double[] chances = new double[top.length];
      Arrays.setAll(chances, place -> first.chance(first.scores()[place]));
      Chances given = only == null ? new Chances(chances, seen(ranking, i, first)) : Chances.NONE;
      to.answer(numbers[i], ranks[i], top, given);
    }
    ranking.clear();
  }

  /** The chance that the next item is one that the session has. */
  private double seen(SessionRanks ranking, int number, SessionRanks.First first) {
    return predictions[number].prefix().stream()
        .map(EvalClick::item)
        .distinct()
        .mapToDouble(i -> first.chance(ranking.score(number, data.item(i).getItemId())))
        .sum();
  }

  @Override
  public long offHeapBytes() {
    EmbeddingReader table = training.live().table();
    return IntStream.range(0, table.slots())
        .mapToLong(slot -> table.statistics(slot).rowsBytes())
        .sum();
  }

  @Override
  public void close() throws IOException {
    try {
      training.close();
    } finally {
      DirectoryTree.delete(options.dataDirectory());
    }
  }
}
