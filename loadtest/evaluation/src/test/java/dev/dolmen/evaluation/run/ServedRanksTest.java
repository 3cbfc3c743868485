package dev.dolmen.evaluation.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dolmen.evaluation.protocol.EvalClick;
import dev.dolmen.evaluation.protocol.EvalDataset;
import dev.dolmen.evaluation.protocol.HistorySplits;
import dev.dolmen.evaluation.protocol.Prediction;
import dev.dolmen.evaluation.protocol.SmallDatasets;
import dev.dolmen.server.StandaloneServer;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.ranking.SessionRanks;
import dev.dolmen.traffic.generator.Connection;
import dev.dolmen.trainer.HistoryTraining;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.ScoredItem;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SessionEvent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What evaluation ranks is what a server answers that starts from the same snapshot. */
class ServedRanksTest {
  @TempDir Path folder;

  private record Asked(SessionContext session, String target, int rank, List<String> top) {}

  /** Items that were never learned come with their metadata. */
  private static SessionContext context(EvalDataset dataset, List<EvalClick> prefix) {
    BitSet learned = new BitSet();
    dataset.learned().forEach(c -> learned.set(c.item()));
    SessionContext.Builder context = SessionContext.newBuilder();
    for (EvalClick click : prefix) {
      FeedbackEvent event = dataset.event(click);
      context.addEvents(
          SessionEvent.newBuilder()
              .setItemId(event.getItemId())
              .setType(EventType.EVENT_TYPE_CLICK)
              .setTime(event.getTime())
              .putAllContext(event.getContextMap()));
    }
    prefix.stream()
        .mapToInt(EvalClick::item)
        .filter(item -> !learned.get(item))
        .distinct()
        .forEach(item -> context.addItems(dataset.item(item)));
    return context.build();
  }

  /** Learns, leaves a snapshot behind, and ranks what a server is to be asked. */
  private List<Asked> evaluated(EvalDataset dataset, DolmenConfig config) throws Exception {
    List<Asked> asked = new ArrayList<>();
    try (HistoryTraining training = HistoryTraining.open(config.engine(), InstantSource.system())) {
      dataset.learned().stream()
          .mapToInt(EvalClick::item)
          .distinct()
          .forEach(item -> training.upsert(dataset.item(item)));
      for (EvalClick click : dataset.learned()) {
        training.learn(dataset.event(click));
      }
      training.endPass();
      SessionRanks ranks = new SessionRanks(training.refreshed());
      List<Prediction> predictions =
          HistorySplits.holdOut(dataset.learned(), dataset.held(), false).predictions();
      for (Prediction p : predictions) {
        ranks.add(
            context(dataset, p.prefix()), p.targetClick().row().item(), p.targetClick().timeMs());
      }
      int[] rank = new int[predictions.size()];
      ranks.ranks(1_000, rank);
      List<List<String>> tops = ranks.tops(20);
      checkChances(ranks, dataset.items());
      checkAmong(training.refreshed(), dataset, predictions);
      for (int i = 0; i < predictions.size(); i++) {
        Prediction p = predictions.get(i);
        String target = p.targetClick().row().item();
        asked.add(new Asked(context(dataset, p.prefix()), target, rank[i], tops.get(i)));
      }
      training.snapshot();
    }
    return asked;
  }

  /** Of all items together they are 1; one by one an item's score is what it is in the list. */
  private static void checkChances(SessionRanks ranks, int items) {
    List<SessionRanks.First> all = ranks.firsts(items);
    for (int session = 0; session < all.size(); session++) {
      SessionRanks.First first = all.get(session);
      double sum = 0;
      for (int place = 0; place < first.ids().size(); place++) {
        float score = first.scores()[place];
        sum += first.chance(score);
        assertThat(ranks.score(session, first.ids().get(place))).isCloseTo(score, within(1e-4f));
      }
      assertThat(sum).isCloseTo(1, within(1e-4));
      assertThat(ranks.score(session, "no such item")).isEqualTo(Float.NEGATIVE_INFINITY);
    }
  }

  /** Among every third item the ranks are those of their scores, and no other item is listed. */
  private static void checkAmong(
      LiveState live, EvalDataset dataset, List<Prediction> predictions) {
    Set<String> some = new TreeSet<>();
    for (int item = 0; item < dataset.items(); item += 3) {
      some.add(dataset.item(item).getItemId());
    }
    SessionRanks among = SessionRanks.among(live, some);
    for (Prediction p : predictions) {
      among.add(
          context(dataset, p.prefix()), p.targetClick().row().item(), p.targetClick().timeMs());
    }
    int[] ranks = new int[predictions.size()];
    among.ranks(1, ranks);
    List<List<String>> tops = among.tops(5);
    for (int i = 0; i < ranks.length; i++) {
      int session = i;
      String target = predictions.get(i).targetClick().row().item();
      float own = among.score(i, target);
      if (own > Float.NEGATIVE_INFINITY) {
        long above =
            some.stream()
                .filter(id -> !id.equals(target) && among.score(session, id) >= own)
                .count();
        assertThat(ranks[i]).isEqualTo((int) above + 1);
      }
      assertThat(tops.get(i)).hasSize(5).isSubsetOf(some);
    }
  }

  @Test
  void aServerFromTheSameSnapshotAnswersTheSame() throws Exception {
    SmallDatasets.items(folder, "shop");
    SmallDatasets.clicks(
        folder.resolve("shop.train.inter"), "session_id", 300, SmallDatasets.FROM_SEC, 1);
    SmallDatasets.clicks(
        folder.resolve("shop.test.inter"), "session_id", 12, SmallDatasets.FROM_SEC + 300 * 60, 2);
    Files.writeString(
        folder.resolve("shop.item"),
        "new1\tshelf1\t1.6e9\nnew2\tshelf2\t1.6e9\n",
        StandardOpenOption.APPEND);
    // After one and after two items that nobody has clicked yet, and one of these as the target.
    Files.writeString(
        folder.resolve("shop.test.inter"),
        "x\tnew1\t1700000000\td0\nx\tnew2\t1700000005\td0\nx\ti7\t1700000010\td0\n",
        StandardOpenOption.APPEND);
    EvalDataset dataset =
        EvalDataset.read(folder, null, EvalDataset.Held.TEST, Long.MAX_VALUE, rows -> {});
    assertThat(dataset.schema().slots()).hasSizeGreaterThan(3);
    DolmenConfig config = DolmenConfig.defaults(folder.resolve("data"), dataset.schema());
    List<Asked> asked = evaluated(dataset, config);
    assertThat(asked).hasSize(50);
    assertThat(asked.get(48).rank()).isEqualTo(Integer.MAX_VALUE);
    try (StandaloneServer server = StandaloneServer.start(config);
        Connection connection = Connection.toLocal(server.port())) {
      for (Asked one : asked) {
        List<ScoredItem> all =
            connection
                .recommendationsBlocking()
                .recommend(
                    RecommendRequest.newBuilder()
                        .setSession(one.session())
                        .setK(1_000)
                        .setIncludeSeen(true)
                        .setNoImpression(true)
                        .build())
                .getItemsList();
        assertThat(all).hasSize(40);
        List<String> ids = all.stream().map(ScoredItem::getItemId).toList();
        assertThat(ids.subList(0, 20)).isEqualTo(one.top());
        if (!ids.contains(one.target())) {
          assertThat(one.target()).isEqualTo("new2");
          continue;
        }
        float target = all.get(ids.indexOf(one.target())).getScore();
        assertThat(all.stream().filter(i -> i.getScore() >= target).count()).isEqualTo(one.rank());
      }
    }
  }
}
