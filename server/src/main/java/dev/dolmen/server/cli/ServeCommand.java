package dev.dolmen.server.cli;

import dev.dolmen.server.FollowingServer;
import dev.dolmen.server.SnapshotServer;
import dev.dolmen.server.StandaloneServer;
import dev.dolmen.server.StartCheck;
import dev.dolmen.server.StartException;
import dev.dolmen.server.access.AccessOptions;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.config.HttpConfig;
import dev.dolmen.server.config.ProcessRole;
import dev.dolmen.server.config.ServerConfig;
import dev.dolmen.trainer.log.LogFactory;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Starts the server and waits for a signal. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Starts the server: gRPC, feedback log, trainer and metrics in one process.",
      "With a snapshot it serves recommendations while it learns again what the log holds beyond it;"
          + " feedback and changes of the catalogue are refused with UNAVAILABLE until then. Without"
          + " one it serves when all of the log is learned.",
      "It runs until SIGTERM or Ctrl-C; then it says that it is not ready any more, lets running"
          + " calls end, learns what is logged and takes a snapshot."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:stopped by SIGTERM or Ctrl-C, everything saved",
      "1:cannot start: port in use, data directory in use or not writable, log damaged; or training"
          + " has stopped for a reason that it says",
      "2:the configuration is not valid"
    },
    footer = {
      "",
      "Examples:",
      "  dolmen serve --config dolmen.yaml",
      "  DOLMEN_SERVER_PORT=9000 dolmen serve --config dolmen.yaml",
      "  dolmen serve --config dolmen.yaml --port 0 --metrics-port 0   on free ports",
      "  dolmen serve --config dolmen.yaml --port 7170 --metrics-port 7171 \\",
      "      --snapshot 0000000000000042-1a2b   an old model next to the new one"
    })
final class ServeCommand implements Callable<Integer> {
  @Mixin private ConfigFile config = new ConfigFile();

  @Option(
      names = {"-p", "--port"},
      paramLabel = "PORT",
      description = "Port of gRPC in place of server.port; 0 takes a free one.")
  private @Nullable Integer port;

  @Option(
      names = "--metrics-port",
      paramLabel = "PORT",
      description = "Port of metrics and probes in place of server.metrics_port.")
  private @Nullable Integer metricsPort;

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      description = {
        "Port of HTTP with JSON in place of server.http.port, which otherwise moves as far as"
            + " --port does."
      })
  private @Nullable Integer httpPort;

  @Option(
      names = "--role",
      paramLabel = "ROLE",
      description = {
        "What this process does, in place of cluster.role: all, trainer or server. A cluster has a"
            + " log in Kafka (log.kind: kafka), one trainer, others that stand by, and servers."
      })
  private @Nullable ProcessRole role;

  @Option(
      names = {"-d", "--data"},
      paramLabel = "DIR",
      description = "The data directory, in place of the configuration's.")
  private @Nullable Path data;

  @Option(
      names = "--insecure",
      description = {
        "Listen where other machines reach the server although no key, token or certificate is"
            + " asked for: whoever reaches it may do everything."
      })
  private boolean insecure;

  @Option(
      names = "--snapshot",
      paramLabel = "ID",
      description = {
        "Serve this snapshot of the data directory and learn nothing: also an old one, also beside"
            + " the server that learns, on other ports. Nothing is written there. Recommendations"
            + " are made for sessions in the request and those in the snapshot, and are not logged"
            + " as impressions; feedback and changes end with FAILED_PRECONDITION."
      })
  private @Nullable String snapshot;

  private final InstantSource clock;

  /** Whether the process ends because something is wrong, not by a signal. */
  private volatile boolean failed;

  /** With the machine's clock. */
  ServeCommand() {
    this(InstantSource.system());
  }

  /** With another one. */
  ServeCommand(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public Integer call() throws InterruptedException {
    DolmenConfig settings = settings();
    CompletableFuture<Closeable> starting = new CompletableFuture<>();
    Failing server = null;
    Duration grace = settings.server().shutdownGrace();
    // Before the start, so that a signal finds it at any time.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(starting, grace), "dolmen-stop"));
    try {
      if (snapshot == null) {
        server =
            settings.cluster().role() == ProcessRole.SERVER
                ? follow(settings, starting)
                : learn(settings, starting);
      } else {
        starting.complete(SnapshotServer.start(settings, snapshot, clock));
      }
    } catch (StartException e) {
      failed = true;
      starting.completeExceptionally(e);
      throw new CommandFailedException(1, e);
    } catch (RuntimeException e) {
      failed = true;
      starting.completeExceptionally(e);
      throw e;
    }
    if (server != null) {
      String reason = server.awaitFailure();
      failed = true;
      server.close();
      throw new CommandFailedException(
          1, "training has stopped, and the process ends to begin again: " + reason);
    }
    new CountDownLatch(1).await(); // The signal ends the process.
    return 0;
  }

  /** A server that may end by itself. */
  private record Failing(Callable<String> failure, Closeable server) {
    String awaitFailure() throws InterruptedException {
      try {
        return failure.call();
      } catch (InterruptedException e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }

    void close() {
      try {
        server.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private Failing follow(DolmenConfig settings, CompletableFuture<Closeable> starting)
      throws StartException {
    FollowingServer server = FollowingServer.start(settings, clock);
    starting.complete(server);
    return new Failing(server::awaitFailure, server);
  }

  private Failing learn(DolmenConfig settings, CompletableFuture<Closeable> starting)
      throws StartException, InterruptedException {
    boolean shared = settings.cluster().role() == ProcessRole.TRAINER;
    StandaloneServer server =
        StandaloneServer.startServing(
            settings, clock, shared ? LogFactory.SHARED : LogFactory.CONFIGURED);
    starting.complete(server);
    if (!shared) {
      awaitReplayed(server); // A trainer may stand by for ever.
    }
    return new Failing(server::awaitFailure, server);
  }

  private DolmenConfig settings() {
    DolmenConfig settings = config.load();
    settings = data == null ? settings : settings.withDataDirectory(data);
    settings = role == null ? settings : settings.withCluster(settings.cluster().withRole(role));
    ServerConfig server = settings.server();
    AccessOptions access = server.access();
    int grpc = port == null ? server.port() : checked("--port", port);
    int metrics =
        metricsPort == null ? server.metricsPort() : checked("--metrics-port", metricsPort);
    settings =
        settings.withServer(
            server
                .withPorts(grpc, metrics)
                .with(s -> s.access(insecure ? access.withInsecure() : access)));
    if (httpPort != null) {
      HttpConfig http = settings.server().http().withPort(checked("--http-port", httpPort));
      settings = settings.withServer(settings.server().with(s -> s.http(http)));
    }
    check(settings);
    return settings;
  }

  /** As for the rest of the configuration, before anything is started; the start itself warns. */
  private void check(DolmenConfig settings) {
    try {
      StartCheck.of(settings, clock);
    } catch (StartException e) {
      throw new CommandFailedException(2, e);
    }
  }

  /** What the replay finds may be no log to go on with: then the process ends. */
  private static void awaitReplayed(StandaloneServer server)
      throws StartException, InterruptedException {
    try {
      server.awaitReplayed();
    } catch (StartException e) {
      if (server.isClosed()) {
        new CountDownLatch(1).await(); // A signal came first, and ends the process.
      }
      server.close();
      throw e;
    }
  }

  /** A start that has nothing to serve yet is cut short: the log holds everything. */
  private void stop(CompletableFuture<Closeable> starting, Duration grace) {
    try {
      starting.get(grace.toMillis(), TimeUnit.MILLISECONDS).close();
      if (!failed) {
        // The status of an orderly stop is 0, not that of the signal.
        Runtime.getRuntime().halt(0);
      }
    } catch (IOException | ExecutionException | TimeoutException e) {
      // It never served: the process ends with the status it has.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static int checked(String option, int value) {
    if (value < 0 || value > 65_535) {
      throw new CommandFailedException(2, option + ": " + value + ", expected 0 to 65535");
    }
    return value;
  }
}
