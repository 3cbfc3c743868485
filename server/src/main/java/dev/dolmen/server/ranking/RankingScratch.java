package dev.dolmen.server.ranking;

import dev.dolmen.model.Workspace;
import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.server.index.ItemIndex;
import dev.dolmen.trainer.alternatives.RankerReader;
import dev.dolmen.trainer.learn.ItemEncoding;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.trainer.learn.Published;
import io.micrometer.core.instrument.DistributionSummary;
import java.util.function.Predicate;
import org.agrona.collections.IntHashSet;
import org.jspecify.annotations.Nullable;

/** Everything that one ranking thread writes to. */
final class RankingScratch {
  private final ItemEncoding items;
  final SessionQueries sessions;
  final BaselineSearch baselines;
  final ItemIndex.Scratch index = new ItemIndex.Scratch();
  final SharedSearches searches;

  private final LiveState live;
  private final RankerReader reader;
  private @Nullable ModelReasons modelReasons;
  private @Nullable BaselineReasons baselineReasons;

  /** Items that the answer must not have. */
  final IntHashSet excluded = new IntHashSet();

  /** Items that a request asks about, [candidates]. */
  int[] candidates = new int[0];

  /** The query, projected for chances of clicks, [D]. */
  final float[] clickQuery;

  private int[] explained = new int[0];

  /** Of one item, [D]. */
  final float[] vector;

  final Workspace workspace = new Workspace();

  /**
   * @param together told how many searches have shared each pass over the items
   */
  RankingScratch(
      LiveState live,
      Predicate<String> mayCome,
      RankerReader reader,
      ItemIndex items,
      DistributionSummary together) {
    this.live = live;
    this.reader = reader;
    this.items = itemEncoding(live);
    sessions = new SessionQueries(live, mayCome, this.items);
    baselines = new BaselineSearch(live, reader);
    int width = live.published().model().options().width();
    searches = new SharedSearches(items, index, width, together);
    clickQuery = new float[width];
    vector = new float[width];
  }

  /** Room for items that are explained, as long as asked for or longer. */
  int[] explained(int items) {
    if (explained.length < items) {
      explained = new int[items];
    }
    return explained;
  }

  /** Made when somebody first asks for reasons. */
  ModelReasons modelReasons() {
    ModelReasons made = modelReasons;
    if (made == null) {
      made = new ModelReasons(live, sessions);
      modelReasons = made;
    }
    return made;
  }

  /** The same where a baseline ranks. */
  BaselineReasons baselineReasons() {
    BaselineReasons made = baselineReasons;
    if (made == null) {
      made = new BaselineReasons(live, reader);
      baselineReasons = made;
    }
    return made;
  }

  /** Encodes items as a thread of its own does. */
  static ItemEncoding itemEncoding(LiveState live) {
    return new ItemEncoding(
        live.features(), live.table(), live.published().model().options().idGate());
  }

  /** Encodes an item by what is learned now; returns its vector, valid until the next. */
  float[] encode(Features item, Published published) {
    items.clear(published.eventTimeSec());
    items.add(item);
    System.arraycopy(items.encode(published.model()), 0, vector, 0, vector.length);
    return vector;
  }
}
