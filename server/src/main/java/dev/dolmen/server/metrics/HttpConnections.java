package dev.dolmen.server.metrics;

import io.netty.channel.Channel;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The open connections, in the order in which they came. Of the event loop only.
 *
 * <p>One too many closes the eldest. Refusing the new one instead would let whoever holds all of
 * them keep every probe out; a probe sends its request at once and is answered long before it is
 * the eldest.
 */
final class HttpConnections {
  private final int max;
  private final Set<Channel> open = new LinkedHashSet<>();

  HttpConnections(int max) {
    this.max = max;
  }

  void opened(Channel channel) {
    if (open.size() == max) {
      Iterator<Channel> eldest = open.iterator();
      Channel closed = eldest.next();
      eldest.remove();
      var _ = closed.close();
    }
    open.add(channel);
  }

  void closed(Channel channel) {
    open.remove(channel);
  }

  /** Closes all of them. */
  void close() {
    List.copyOf(open)
        .forEach(channel -> {
          var _ = channel.close();
        });
  }
}
