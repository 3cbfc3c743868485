package dev.dolmen.server.config;

import static java.util.Objects.requireNonNull;

import dev.dolmen.parameterstore.range.WholeRange;
import dev.dolmen.server.access.AccessOptions;
import dev.dolmen.server.budget.FairThreads;
import java.time.Duration;
import java.util.function.UnaryOperator;

/**
 * The front end.
 *
 * @param host address to listen on; empty for what {@link ListenHosts} says
 * @param port gRPC; 0 takes a free one
 * @param metrics whether there is an HTTP endpoint for metrics and probes
 * @param metricsHost address of the metrics endpoint; empty as for host
 * @param metricsPort HTTP for {@code /metrics}, {@code /livez}, {@code /readyz}; 0 takes a free one
 * @param http HTTP with JSON
 * @param services which are offered, and where
 * @param workerThreads threads that rank; 0 means one a processor
 * @param sharing how far requests that are ranked share a pass over the items
 * @param futureTolerance how far an event's time may lie ahead of this machine's clock
 * @param pastTolerance how far it may lie behind that clock and event time, the earlier of the two
 * @param shutdownGrace how long running calls may take to end after SIGTERM
 * @param warmUp how long the JVM may compile the hot paths before the first call; zero not at all
 * @param unknownKeys what is done with keys that the schema does not know
 * @param access how callers are known
 */
public record ServerConfig(
    String host,
    int port,
    boolean metrics,
    String metricsHost,
    int metricsPort,
    HttpConfig http,
    ServicesConfig services,
    int workerThreads,
    FairThreads.Sharing sharing,
    Duration futureTolerance,
    Duration pastTolerance,
    Duration shutdownGrace,
    Duration warmUp,
    LimitsConfig limits,
    SizeLimits sizes,
    QuotaConfig quotas,
    AuditConfig audit,
    KeepAliveConfig keepAlive,
    TlsConfig tls,
    UnknownKeys unknownKeys,
    AccessOptions access) {

  /**
   * Services that are not everybody's.
   *
   * @param reflection whether the services can be listed
   * @param admin whether there is the admin service
   * @param adminHost where the admin service listens alone; empty for where the others do
   * @param adminPort its port, if it has a host; 0 takes a free one
   */
  public record ServicesConfig(boolean reflection, boolean admin, String adminHost, int adminPort) {
    /** Whether the admin service has an address of its own. */
    public boolean ownAdmin() {
      return admin && !adminHost.isEmpty();
    }
  }

  /**
   * What one caller may ask for.
   *
   * @param maxMessageBytes largest request message
   * @param maxK largest k
   * @param requestTimeout the longest a ranking call may wait for its turn and take, whatever
   *     deadline its caller set; and the longest a batch of events without a deadline waits for the
   *     trainer
   * @param requestArrival the longest from the headers of a call of one request to its end
   * @param maxConcurrentRequests ranking calls that wait or are computed at once
   * @param queueWait what one may wait for its turn while more come than are computed
   * @param maxConcurrentStreams calls at once on one connection
   * @param connections bounds of connections
   * @param memory bounds of what calls make the process hold
   */
  public record LimitsConfig(
      int maxMessageBytes,
      int maxK,
      Duration requestTimeout,
      Duration requestArrival,
      int maxConcurrentRequests,
      Duration queueWait,
      int maxConcurrentStreams,
      ConnectionLimits connections,
      MemoryLimits memory) {}

  /**
   * What callers may do with connections.
   *
   * @param max open at once, of all callers
   * @param handshakeTimeout from accepting one to the end of TLS's and HTTP/2's handshakes
   * @param maxResets streams that a caller may reset on one in {@link #RESETS_WINDOW}
   * @param maxHeaderBytes of one call's headers, as HTTP/2 counts them
   */
  public record ConnectionLimits(
      int max, Duration handshakeTimeout, int maxResets, int maxHeaderBytes) {
    /** Time in which resets are counted. */
    public static final Duration RESETS_WINDOW = Duration.ofSeconds(10);
  }

  /**
   * Connections.
   *
   * @param interval silence after which a connection is pinged
   * @param timeout time to answer the ping
   * @param permitInterval shortest interval between a client's pings
   * @param maxConnectionIdle a connection without calls is closed after so long
   */
  public record KeepAliveConfig(
      Duration interval, Duration timeout, Duration permitInterval, Duration maxConnectionIdle) {}

  /**
   * TLS; empty paths are plain text.
   *
   * @param certificateFile PEM, the chain
   * @param privateKeyFile PEM, PKCS#8
   * @param clientAuthoritiesFile PEM; if given, clients must show a certificate of these
   */
  public record TlsConfig(
      String certificateFile, String privateKeyFile, String clientAuthoritiesFile) {
    /** Whether TLS is on. */
    public boolean enabled() {
      return !certificateFile.isEmpty();
    }

    /** Whether clients have to show a certificate. */
    public boolean asksClients() {
      return !clientAuthoritiesFile.isEmpty();
    }
  }

  /** This, on other ports; HTTP moves as far as gRPC does, or to a free one. */
  public ServerConfig withPorts(int grpc, int metrics) {
    int next = http.port() + grpc - port;
    int moved = grpc == 0 || http.port() == 0 || next < 1 || next > 65_535 ? 0 : next;
    return with(s -> s.port(grpc).metricsPort(metrics).http(http.withPort(moved)));
  }

  /** This, with some changes. */
  public ServerConfig with(UnaryOperator<Builder> changes) {
    return changes.apply(new Builder(this)).build();
  }

  /** Changes; each method sets what is called so. */
  public static final class Builder {
    private String host;
    private int port;
    private boolean metrics;
    private String metricsHost;
    private int metricsPort;
    private HttpConfig http;
    private ServicesConfig services;
    private int workerThreads;
    private FairThreads.Sharing sharing;
    private Duration futureTolerance;
    private Duration pastTolerance;
    private Duration shutdownGrace;
    private Duration warmUp;
    private LimitsConfig limits;
    private SizeLimits sizes;
    private QuotaConfig quotas;
    private AuditConfig audit;
    private KeepAliveConfig keepAlive;
    private TlsConfig tls;
    private UnknownKeys unknownKeys;
    private AccessOptions access;

    private Builder(ServerConfig from) {
      host = from.host;
      port = from.port;
      metrics = from.metrics;
      metricsHost = from.metricsHost;
      metricsPort = from.metricsPort;
      http = from.http;
      services = from.services;
      workerThreads = from.workerThreads;
      sharing = from.sharing;
      futureTolerance = from.futureTolerance;
      pastTolerance = from.pastTolerance;
      shutdownGrace = from.shutdownGrace;
      warmUp = from.warmUp;
      limits = from.limits;
      sizes = from.sizes;
      quotas = from.quotas;
      audit = from.audit;
      keepAlive = from.keepAlive;
      tls = from.tls;
      unknownKeys = from.unknownKeys;
      access = from.access;
    }

    public Builder host(String value) {
      host = value;
      return this;
    }

    public Builder port(int value) {
      port = value;
      return this;
    }

    public Builder metrics(boolean value) {
      metrics = value;
      return this;
    }

    public Builder metricsHost(String value) {
      metricsHost = value;
      return this;
    }

    public Builder metricsPort(int value) {
      metricsPort = value;
      return this;
    }

    public Builder http(HttpConfig value) {
      http = value;
      return this;
    }

    public Builder services(ServicesConfig value) {
      services = value;
      return this;
    }

    public Builder workerThreads(int value) {
      workerThreads = value;
      return this;
    }

    public Builder sharing(FairThreads.Sharing value) {
      sharing = value;
      return this;
    }

    public Builder futureTolerance(Duration value) {
      futureTolerance = value;
      return this;
    }

    public Builder pastTolerance(Duration value) {
      pastTolerance = value;
      return this;
    }

    public Builder shutdownGrace(Duration value) {
      shutdownGrace = value;
      return this;
    }

    public Builder warmUp(Duration value) {
      warmUp = value;
      return this;
    }

    public Builder limits(LimitsConfig value) {
      limits = value;
      return this;
    }

    public Builder sizes(SizeLimits value) {
      sizes = value;
      return this;
    }

    public Builder quotas(QuotaConfig value) {
      quotas = value;
      return this;
    }

    public Builder audit(AuditConfig value) {
      audit = value;
      return this;
    }

    public Builder keepAlive(KeepAliveConfig value) {
      keepAlive = value;
      return this;
    }

    public Builder tls(TlsConfig value) {
      tls = value;
      return this;
    }

    public Builder unknownKeys(UnknownKeys value) {
      unknownKeys = value;
      return this;
    }

    public Builder access(AccessOptions value) {
      access = value;
      return this;
    }

    private ServerConfig build() {
      return new ServerConfig(
          host,
          port,
          metrics,
          metricsHost,
          metricsPort,
          http,
          services,
          workerThreads,
          sharing,
          futureTolerance,
          pastTolerance,
          shutdownGrace,
          warmUp,
          limits,
          sizes,
          quotas,
          audit,
          keepAlive,
          tls,
          unknownKeys,
          access);
    }
  }

  static ServerConfig read(ConfigSection s) {
    TlsConfig tls = requireNonNull(s.section("tls", ServerConfig::tls));
    int port = s.integer("port", 7070, WholeRange.of(0, 65_535));
    HttpConfig http = requireNonNull(s.section("http", HttpConfig::read));
    return new ServerConfig(
        s.text("host", ""),
        port,
        s.flag("metrics", true),
        s.text("metrics_host", ""),
        s.integer("metrics_port", 7071, WholeRange.of(0, 65_535)),
        port == 0 ? http.withPort(0) : http,
        services(s),
        s.integer("worker_threads", 0, WholeRange.of(0, 1_024)),
        requireNonNull(s.section("shared_pass", ServerConfig::sharing)),
        s.duration("future_tolerance", Duration.ofMinutes(5), Duration.ZERO, Duration.ofDays(1)),
        s.duration(
            "past_tolerance", Duration.ofDays(1_096), Duration.ofHours(1), Duration.ofDays(36_500)),
        s.duration("shutdown_grace", Duration.ofSeconds(10), Duration.ZERO, Duration.ofMinutes(10)),
        s.duration("warm_up", Duration.ofSeconds(2), Duration.ZERO, Duration.ofMinutes(5)),
        requireNonNull(s.section("limits", ServerConfig::limits)),
        requireNonNull(s.section("sizes", SizeLimits::read)),
        requireNonNull(s.section("quotas", QuotaConfig::read)),
        requireNonNull(s.section("audit", AuditConfig::read)),
        requireNonNull(s.section("keep_alive", ServerConfig::keepAlive)),
        tls,
        requireNonNull(s.section("unknown_keys", UnknownKeys::read)),
        requireNonNull(s.section("access", a -> AccessReader.read(a, tls.asksClients()))));
  }

  private static ServicesConfig services(ConfigSection s) {
    return new ServicesConfig(
        s.flag("reflection", true),
        s.flag("admin", true),
        s.text("admin_host", ""),
        s.integer("admin_port", 7072, WholeRange.of(0, 65_535)));
  }

  private static FairThreads.Sharing sharing(ConfigSection s) {
    return new FairThreads.Sharing(
        s.integer("max_requests", 32, WholeRange.of(1, 256)),
        s.duration("max_wait", Duration.ofMillis(2), Duration.ZERO, Duration.ofSeconds(1)));
  }

  private static LimitsConfig limits(ConfigSection s) {
    return new LimitsConfig(
        (int) s.bytes("max_message_bytes", 4L << 20, WholeRange.of(16L << 10, 256L << 20)),
        s.integer("max_k", 1_000, WholeRange.of(1, 1_000)),
        s.duration(
            "request_timeout", Duration.ofSeconds(5), Duration.ofMillis(1), Duration.ofMinutes(10)),
        s.duration(
            "request_arrival",
            Duration.ofSeconds(10),
            Duration.ofMillis(100),
            Duration.ofMinutes(10)),
        s.integer("max_concurrent_requests", 500, WholeRange.of(1, 100_000)),
        s.duration("queue_wait", Duration.ofMillis(5), Duration.ofMillis(1), Duration.ofMinutes(1)),
        s.integer("max_concurrent_streams", 100, WholeRange.of(1, 100_000)),
        connectionLimits(s),
        MemoryLimits.read(s));
  }

  private static ConnectionLimits connectionLimits(ConfigSection s) {
    return new ConnectionLimits(
        s.integer("max_connections", 10_000, WholeRange.of(1, 1_000_000)),
        s.duration(
            "handshake_timeout",
            Duration.ofSeconds(10),
            Duration.ofMillis(100),
            Duration.ofMinutes(10)),
        s.integer("max_resets", 2_000, WholeRange.of(1, 1_000_000)),
        (int) s.bytes("max_header_bytes", 8L << 10, WholeRange.of(1L << 10, 1L << 20)));
  }

  private static KeepAliveConfig keepAlive(ConfigSection s) {
    Duration second = Duration.ofSeconds(1);
    Duration day = Duration.ofDays(1);
    return new KeepAliveConfig(
        s.duration("interval", Duration.ofMinutes(2), second, day),
        s.duration("timeout", Duration.ofSeconds(20), second, day),
        s.duration("permit_interval", Duration.ofSeconds(10), second, day),
        s.duration("max_connection_idle", Duration.ofHours(1), second, Duration.ofDays(30)));
  }

  private static TlsConfig tls(ConfigSection s) {
    TlsConfig tls =
        new TlsConfig(
            s.text("certificate_file", ""),
            s.text("private_key_file", ""),
            s.text("client_authorities_file", ""));
    if (tls.certificateFile().isEmpty() != tls.privateKeyFile().isEmpty()) {
      s.reject(
          tls.certificateFile().isEmpty() ? "certificate_file" : "private_key_file",
          "no value: expected a file, as the other of certificate and key is given");
    }
    if (!tls.enabled() && !tls.clientAuthoritiesFile().isEmpty()) {
      s.reject("client_authorities_file", "needs certificate_file and private_key_file");
    }
    return tls;
  }
}
