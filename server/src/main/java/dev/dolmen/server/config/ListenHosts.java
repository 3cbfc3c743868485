package dev.dolmen.server.config;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a server listens. One that knows its callers listens on all addresses, unless another is
 * named. One that does not, and lets everybody do everything, listens where nobody but this machine
 * reaches it; to be reached by others it has to be told that it may be.
 */
public final class ListenHosts {
  private static final String ALL = "0.0.0.0";
  private static final String LOOPBACK = "127.0.0.1";

  private ListenHosts() {}

  /**
   * The same configuration, with hosts that are named.
   *
   * @param callersAreKnown whether callers have to prove who they are
   */
  public static ServerConfig named(ServerConfig config, boolean callersAreKnown) {
    String byDefault = callersAreKnown ? ALL : LOOPBACK;
    String host = config.host().isEmpty() ? byDefault : config.host();
    String http = config.http().host().isEmpty() ? host : config.http().host();
    return config.with(s ->
        s.host(host)
            .http(config.http().withHost(http))
            .metricsHost(config.metricsHost().isEmpty() ? byDefault : config.metricsHost()));
  }

  /**
   * What is wrong with where a server would listen, a line each; nothing if it is as it should be.
   */
  public static List<String> problems(ServerConfig config, boolean callersAreKnown) {
    List<String> problems = new ArrayList<>();
    if (!callersAreKnown && !config.access().insecure()) {
      ServerConfig named = named(config, false);
      refuseOpen(problems, "server.host", named.host());
      if (config.http().enabled()) {
        refuseOpen(problems, "server.http.host", named.http().host());
      }
      if (config.services().ownAdmin()) {
        refuseOpen(problems, "server.admin_host", config.services().adminHost());
      }
      if (config.metrics()) {
        refuseOpen(problems, "server.metrics_host", named.metricsHost());
      }
    }
    return problems;
  }

  private static void refuseOpen(List<String> problems, String key, String host) {
    if (!isLoopback(host)) {
      problems.add(
          key
              + ": "
              + host
              + " is reached from other machines, and no key is asked for: make one with dolmen key"
              + " create NAME --roles read,publish, set up server.access or client certificates, or"
              + " let everybody in with --insecure (server.access.insecure: true)");
    }
  }

  /**
   * Whether only this machine reaches it: an address, or the name localhost. Any other name is what
   * somebody's resolver makes of it.
   */
  public static boolean isLoopback(String host) {
    try {
      return host.equals("localhost") || InetAddress.ofLiteral(host).isLoopbackAddress();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
