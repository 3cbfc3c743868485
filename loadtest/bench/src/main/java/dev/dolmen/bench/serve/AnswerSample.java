package dev.dolmen.bench.serve;

import dev.dolmen.traffic.generator.Connection;
import dev.dolmen.v1.Filter;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.ScoredItem;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.TokenList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a server answers to the same lone requests: without a filter, and with one for each of the
 * shop's shares. Two servers that have learned the same, one of which scans exactly, tell by it how
 * much an index finds.
 *
 * @param all answers without a filter
 * @param filtered answers by {@link LargeShop#SHARES}
 */
record AnswerSample(Answers all, List<Answers> filtered) {
  static final int SESSIONS = 200;
  static final int FILTERED_SESSIONS = 50;

  /**
   * Answers to requests that differ in their session alone.
   *
   * @param items ids in order, by request
   * @param ms median time of a request
   */
  record Answers(List<List<String>> items, double ms) {
    /** Mean share of the other's items that this has, the other's being the exact ones. */
    double recallOf(Answers exact) {
      double sum = 0;
      int counted = 0;
      for (int i = 0; i < items.size(); i++) {
        List<String> wanted = exact.items.get(i);
        if (!wanted.isEmpty()) {
          Set<String> found = new HashSet<>(items.get(i));
          sum += (double) wanted.stream().filter(found::contains).count() / wanted.size();
          counted++;
        }
      }
      return counted == 0 ? Double.NaN : sum / counted;
    }

    /** Share of the items that a request asked for, or that pass at most, that were found. */
    double filled(long passing) {
      long wanted = items.size() * Math.min(ServeLoadProcess.K, passing);
      long found = items.stream().mapToLong(List::size).sum();
      return wanted == 0 ? Double.NaN : Math.min(1, (double) found / wanted);
    }
  }

  /** Asks a server, one request after the other. */
  static AnswerSample of(Connection connection, LargeShop shop, long seed) {
    List<SessionContext> sessions = ServeLoadProcess.sessions(shop, seed + 2, SESSIONS);
    ask(connection, sessions, null); // The first ones are compiled.
    Answers all = ask(connection, sessions, null);
    List<Answers> filtered = new ArrayList<>();
    for (double share : LargeShop.SHARES) {
      Filter filter =
          Filter.newBuilder()
              .setSlot(LargeShop.LABELS)
              .setAnyOf(TokenList.newBuilder().addToken(LargeShop.label(share)))
              .build();
      List<SessionContext> some = sessions.subList(0, FILTERED_SESSIONS);
      filtered.add(ask(connection, some, filter));
    }
    return new AnswerSample(all, filtered);
  }

  private static Answers ask(
      Connection connection, List<SessionContext> sessions, @Nullable Filter filter) {
    List<List<String>> items = new ArrayList<>();
    double[] ms = new double[sessions.size()];
    for (int i = 0; i < ms.length; i++) {
      RecommendRequest.Builder request =
          RecommendRequest.newBuilder()
              .setSession(sessions.get(i))
              .setK(ServeLoadProcess.K)
              .setNoImpression(true);
      if (filter != null) {
        request.addFilters(filter);
      }
      long start = System.nanoTime();
      List<ScoredItem> found =
          connection.recommendationsBlocking().recommend(request.build()).getItemsList();
      ms[i] = (System.nanoTime() - start) / 1e6;
      items.add(found.stream().map(ScoredItem::getItemId).toList());
    }
    Arrays.sort(ms);
    return new Answers(items, ms[ms.length / 2]);
  }
}
