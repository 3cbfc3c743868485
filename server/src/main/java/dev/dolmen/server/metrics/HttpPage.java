package dev.dolmen.server.metrics;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.concurrent.EventExecutor;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A page that is made while nobody waits for it on the event loop.
 *
 * <p>It is made for one set of askers at a time. Those who come meanwhile share the next one, so
 * that a thousand askers cost as much as two, and what each gets is not older than its request.
 * Everything but the making happens on the event loop.
 */
final class HttpPage {
  private static final Logger LOG = LoggerFactory.getLogger(HttpPage.class);

  private final EventExecutor loop;
  private final Executor maker;
  private final Supplier<HttpAnswer> content;
  private Set<HttpConnection> waiting = new LinkedHashSet<>();
  private boolean making;

  /**
   * Of nobody yet.
   *
   * @param content is called on the maker, never twice at once
   */
  HttpPage(EventExecutor loop, Executor maker, Supplier<HttpAnswer> content) {
    this.loop = loop;
    this.maker = maker;
    this.content = content;
  }

  /** Sends the page to a connection once it is made. */
  void ask(HttpConnection asker) {
    waiting.add(asker);
    if (!making) {
      make();
    }
  }

  /** Forgets a connection that is closed, so that the open ones bound who waits here. */
  void forget(HttpConnection asker) {
    waiting.remove(asker);
  }

  private void make() {
    Set<HttpConnection> askers = waiting;
    waiting = new LinkedHashSet<>();
    making = true;
    // A refusal by the loop or the maker means that the endpoint is closed, and so are the askers.
    var _ =
        CompletableFuture.supplyAsync(this::made, maker)
            .thenAcceptAsync(answer -> deliver(answer, askers), loop);
  }

  private HttpAnswer made() {
    try {
      return content.get();
    } catch (RuntimeException e) {
      LOG.warn("A page of the metrics endpoint failed", e);
      return HttpAnswer.line(HttpResponseStatus.INTERNAL_SERVER_ERROR, "failed, see the log");
    }
  }

  private void deliver(HttpAnswer answer, Set<HttpConnection> askers) {
    making = false;
    askers.forEach(asker -> asker.send(answer));
    if (!waiting.isEmpty()) {
      make();
    }
  }
}
