package dev.dolmen.traffic.demo;

import com.google.protobuf.util.Timestamps;
import dev.dolmen.server.cli.terminal.ColumnText;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.traffic.generator.CatalogUpload;
import dev.dolmen.traffic.generator.Connection;
import dev.dolmen.v1.Acknowledgement;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.PublishRequest;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.ScoreRequest;
import dev.dolmen.v1.ScoredItem;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SessionEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the demonstration shows at its end: recommendations of one session before and after three
 * clicks, and what the model makes of products whose metadata arrived moments ago.
 */
final class Finale {
  private static final int SHOWN = 5;
  private static final int NEWCOMERS = 9;

  /** Columns of titles and of the ways through the categories: where there is room, at least. */
  private static final int TITLE_WIDTH = 52;

  private static final int TITLE_AT_LEAST = 24;
  private static final int PATH_WIDTH = 36;
  private static final int PATH_AT_LEAST = 20;

  /** What else a row has: its place, the price, the score, and blanks. */
  private static final int FIGURES_WIDTH = 28;

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final Connection connection;
  private final ProductCatalog catalog;
  private final Newcomers arriving;
  private final String runId;
  private final Terminal terminal;
  private final Map<String, Product> newcomers = new HashMap<>();

  Finale(
      Connection connection, ProductCatalog catalog, Taste taste, String runId, Terminal terminal) {
    this.connection = connection;
    this.catalog = catalog;
    arriving = new Newcomers(catalog, taste);
    this.runId = runId;
    this.terminal = terminal;
  }

  /**
   * Shows everything.
   *
   * @return ranks of products never clicked, each for a session whose taste it fits; ascending
   */
  List<Integer> show() throws IOException {
    showThreeClicks();
    return showNewcomers();
  }

  private void showThreeClicks() throws IOException {
    String session = runId + "-you";
    Product first = arriving.loyalSeries(0).getFirst();
    List<Product> later = arriving.loyalSeries(catalog.seriesCount() / 2);
    terminal.line("");
    terminal.line(terminal.bold("One session, before and after three clicks"));
    click(session, 0, first);
    terminal.paragraph("  clicked    " + first.title());
    print(recommend(session));
    List<Product> clicks = List.of(later.get(0), later.get(3), later.get(6));
    for (int i = 0; i < clicks.size(); i++) {
      click(session, i + 1, clicks.get(i));
      terminal.paragraph("  clicked    " + clicks.get(i).title());
    }
    print(recommend(session));
  }

  private void click(String session, int number, Product product) throws IOException {
    Acknowledgement ack =
        connection
            .feedbackBlocking()
            .publishBatch(
                PublishRequest.newBuilder()
                    .addEvents(
                        FeedbackEvent.newBuilder()
                            .setEventId(session + "/" + number)
                            .setSessionId(session)
                            .setItemId(product.id())
                            .setType(EventType.EVENT_TYPE_CLICK)
                            .setTime(Timestamps.fromMillis(System.currentTimeMillis())))
                    .build())
            .getAcknowledgements(0);
    if (ack.getStatus() != Acknowledgement.Status.STATUS_ACCEPTED) {
      throw new IOException(ack.getStatus() + " " + ack.getField() + ": " + ack.getMessage());
    }
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (connection.status().getLearnedLogOffset() < ack.getLogOffset()) {
      if (System.nanoTime() > deadline) {
        throw new IOException("a click was not learned within a minute");
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  private RecommendResponse recommend(String session) {
    return connection
        .recommendationsBlocking()
        .recommend(
            RecommendRequest.newBuilder()
                .setSession(SessionContext.newBuilder().setSessionId(session))
                .setK(SHOWN)
                .setNoImpression(true)
                .build());
  }

  private void print(RecommendResponse response) {
    terminal.line(
        terminal.dim(
            String.format(
                Locale.ROOT,
                "  recommended, model version %,d, %d event%s read",
                response.getModelVersion(),
                response.getSessionEventsUsed(),
                response.getSessionEventsUsed() == 1 ? "" : "s")));
    int place = 0;
    for (ScoredItem item : response.getItemsList()) {
      terminal.line(row(++place, item));
    }
  }

  /** Where it is narrow, the way through the categories goes first, as the title says most. */
  private String row(int place, ScoredItem item) {
    Product p = find(item.getItemId());
    if (p == null) {
      return String.format(Locale.ROOT, "    %d  %s", place, item.getItemId());
    }
    int room = terminal.columns() - FIGURES_WIDTH;
    int title = Math.clamp(room - PATH_AT_LEAST - 1, TITLE_AT_LEAST, TITLE_WIDTH);
    int path = Math.min(PATH_WIDTH, room - title - 1);
    String text = ColumnText.fit(p.title(), path < PATH_AT_LEAST ? room : title);
    if (path >= PATH_AT_LEAST) {
      text += " " + ColumnText.fit(way(p, path), path);
    }
    return String.format(
        Locale.ROOT, "    %d  %s %8.2f €  %6.2f", place, text, p.price(), item.getScore());
  }

  /** The way through the categories; without its last step, which titles name, or more, to fit. */
  static String way(Product p, int columns) {
    String category = p.department() + " › " + p.category();
    return Stream.of(category + " › " + p.typeName(), category)
        .filter(way -> ColumnText.width(way) <= columns)
        .findFirst()
        .orElse(p.category());
  }

  private @Nullable Product find(String id) {
    Product newcomer = newcomers.get(id);
    return newcomer != null ? newcomer : catalog.find(id);
  }

  private List<Integer> showNewcomers() throws IOException {
    List<Newcomers.Arrival> arrivals = arriving.arrivals(NEWCOMERS);
    arrivals.forEach(a -> newcomers.put(a.product().id(), a.product()));
    long start = System.nanoTime();
    try {
      CatalogUpload.upload(
          connection, arrivals.stream().map(a -> ShopSchema.item(a.product())).toList());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    Product first = arrivals.getFirst().product();
    RecommendResponse onNewcomer = recommend(List.of(first));
    terminal.line("");
    terminal.line(
        terminal.bold("A session on a product that did not exist ")
            + terminal.bold(
                String.format(Locale.ROOT, "%.0f ms ago", (System.nanoTime() - start) / 1e6)));
    terminal.paragraph("  new        " + first.title() + ", never clicked by anybody");
    print(onNewcomer);
    List<Integer> ranks = new ArrayList<>();
    for (int i = 0; i < NEWCOMERS; i++) {
      ranks.add(rank(arrivals.get(i).product(), arrivals.get(i).visit()));
    }
    terminal.line("");
    terminal.line(terminal.bold("New products for visitors whose taste they fit"));
    terminal.paragraph(
        String.format(
            Locale.ROOT,
            "  each was ranked among all %,d products for a session of three clicks that lead to it",
            catalog.products().size() + NEWCOMERS));
    for (int i = 0; i < NEWCOMERS; i++) {
      terminal.paragraph(
          String.format(
              Locale.ROOT, "    rank %4d  %s", ranks.get(i), arrivals.get(i).product().title()));
    }
    return ranks.stream().sorted().toList();
  }

  private static SessionContext.Builder session(List<Product> clicked) {
    SessionContext.Builder session = SessionContext.newBuilder();
    clicked.forEach(p -> session.addEvents(SessionEvent.newBuilder().setItemId(p.id())));
    return session;
  }

  private RecommendResponse recommend(List<Product> clicked) {
    return connection
        .recommendationsBlocking()
        .recommend(
            RecommendRequest.newBuilder()
                .setSession(session(clicked))
                .setK(SHOWN)
                .setNoImpression(true)
                .build());
  }

  /** 1 + how many products that the session has not seen score as high or higher. */
  private int rank(Product newcomer, List<Product> clicked) {
    ScoreRequest.Builder request = ScoreRequest.newBuilder().setSession(session(clicked));
    catalog.products().stream()
        .filter(p -> !clicked.contains(p))
        .forEach(p -> request.addItemIds(p.id()));
    newcomers.keySet().stream().sorted().forEach(request::addItemIds);
    List<ScoredItem> scored =
        connection.recommendationsBlocking().score(request.build()).getItemsList();
    float own = Float.NEGATIVE_INFINITY;
    for (ScoredItem item : scored) {
      own = item.getItemId().equals(newcomer.id()) ? item.getScore() : own;
    }
    int rank = 1;
    for (ScoredItem item : scored) {
      rank += item.getScore() >= own && !item.getItemId().equals(newcomer.id()) ? 1 : 0;
    }
    return rank;
  }
}
