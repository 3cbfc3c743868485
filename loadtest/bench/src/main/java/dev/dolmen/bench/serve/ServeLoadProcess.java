package dev.dolmen.bench.serve;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dolmen.traffic.generator.Connection;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SessionEvent;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The process that loads a server: arguments are its port, the number of items, and the seed of
 * shop and requests. When it is ready, which it says, it reads one {@link LoadStep} a line, and
 * writes one {@link LoadFigures} a line; it ends when there are no more, also when whoever asked it
 * has gone.
 */
public final class ServeLoadProcess {
  static final int K = 20;

  /** What it says when it can be asked. */
  static final String READY = "{}";

  private static final int REQUESTS = 4_096;
  private static final int VISIT_CLICKS = 10;

  private ServeLoadProcess() {}

  /** Does the steps that it reads. */
  @SuppressWarnings("SystemOut") // Its answers, which another process reads.
  public static void main(String[] args) throws IOException, InterruptedException {
    ObjectMapper mapper = new ObjectMapper();
    PrintStream out = System.out;
    int port = Integer.parseInt(args[0]);
    LargeShop shop = new LargeShop(Integer.parseInt(args[1]), Long.parseLong(args[2]));
    long seed = Long.parseLong(args[2]) + 1;
    String run = "serve-" + Long.toHexString(System.currentTimeMillis());
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    List<byte[]> requests = requests(shop, seed);
    RehearsedLoop.run(requests, seed);
    out.println(READY);
    out.flush();
    try (OpenLoop loop = new OpenLoop(port, requests, seed);
        Connection connection = Connection.toLocal(port)) {
      ClickFlow clicks = new ClickFlow(connection, new ShopVisits(shop, run, seed), seed);
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        LoadStep step = mapper.readValue(line, LoadStep.class);
        out.println(mapper.writeValueAsString(figures(step, loop, clicks, connection)));
        out.flush();
      }
    }
  }

  /** What visitors of the shop ask, as messages on the wire; the same for the same seed. */
  static List<byte[]> requests(LargeShop shop, long seed) {
    return sessions(shop, seed, REQUESTS).stream()
        .map(s -> RecommendRequest.newBuilder().setSession(s).setK(K).build().toByteArray())
        .toList();
  }

  /** Sessions with what was clicked in them sent along. */
  static List<SessionContext> sessions(LargeShop shop, long seed, int count) {
    ShopVisits visits = new ShopVisits(shop, "request", seed);
    List<SessionContext> sessions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      SessionContext.Builder session = SessionContext.newBuilder();
      visits
          .visit(VISIT_CLICKS)
          .forEach(item -> session.addEvents(SessionEvent.newBuilder().setItemId(item)));
      sessions.add(session.build());
    }
    return sessions;
  }

  private static LoadFigures figures(
      LoadStep step, OpenLoop loop, ClickFlow clicks, Connection connection)
      throws IOException, InterruptedException {
    long learned = connection.status().getFeedbackEventsLearned();
    long start = System.nanoTime();
    OpenLoop.Outcome outcome = outcome(step, loop, clicks);
    double took = (System.nanoTime() - start) / 1e9;
    double clicksLearned = (connection.status().getFeedbackEventsLearned() - learned) / took;
    return new LoadFigures(
        step.rate(),
        step.clicks(),
        outcome.offered(),
        outcome.answered(),
        outcome.answered() / step.seconds(),
        outcome.refused(),
        outcome.failed(),
        outcome.p50Ms(),
        outcome.p90Ms(),
        outcome.p99Ms(),
        outcome.lateP99Ms(),
        clicksLearned);
  }

  private static OpenLoop.Outcome outcome(LoadStep step, OpenLoop loop, ClickFlow clicks)
      throws IOException, InterruptedException {
    double length = step.settleSeconds() + step.seconds();
    Callable<OpenLoop.Outcome> requests =
        () -> loop.run(step.rate(), step.settleSeconds(), step.seconds());
    try (ExecutorService beside = Executors.newSingleThreadExecutor()) {
      Future<OpenLoop.Outcome> running = step.rate() > 0 ? beside.submit(requests) : null;
      if (step.clicks() != 0) {
        clicks.run(step.clicks(), length);
      }
      return running == null
          ? new OpenLoop.Outcome(0, 0, 0, 0, Double.NaN, Double.NaN, Double.NaN, Double.NaN)
          : running.get();
    } catch (ExecutionException e) {
      throw new IOException("requests: " + e.getCause(), e);
    }
  }
}
