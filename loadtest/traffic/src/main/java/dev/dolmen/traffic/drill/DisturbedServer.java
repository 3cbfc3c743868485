package dev.dolmen.traffic.drill;

import dev.dolmen.server.StandaloneServer;
import dev.dolmen.server.StartException;
import dev.dolmen.server.config.ConfigException;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.config.ServerConfig;
import dev.dolmen.trainer.log.LogFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;

/**
 * The main of a server whose log or clock is disturbed: {@code slow-disk} or {@code clock-jump},
 * then {@code --config FILE --port N --metrics-port N}. Runs until it is killed.
 */
final class DisturbedServer {
  private DisturbedServer() {}

  /** Starts the server. */
  public static void main(String[] arguments)
      throws IOException, ConfigException, StartException, InterruptedException {
    List<String> given = List.of(arguments);
    DolmenConfig config = DolmenConfig.load(Path.of(value(given, "--config")), Map.of());
    ServerConfig server = config.server();
    config =
        config.withServer(
            server
                .withPorts(
                    Integer.parseInt(value(given, "--port")),
                    Integer.parseInt(value(given, "--metrics-port")))
                .with(s -> s.http(server.http().withPort(0))));
    InstantSource clock = InstantSource.system();
    LogFactory logs = LogFactory.CONFIGURED;
    String kind = given.getFirst();
    if (kind.equals(DrillKind.SLOW_DISK.label())) {
      Random random = new Random();
      logs =
          (directory, options) ->
              new PausingLog(LogFactory.CONFIGURED.open(directory, options), random);
    } else if (kind.equals(DrillKind.CLOCK_JUMP.label())) {
      clock = new JumpingClock(clock);
    } else {
      throw new IllegalArgumentException("\"" + kind + "\", expected slow-disk or clock-jump");
    }
    StandaloneServer.start(config, clock, logs);
    new CountDownLatch(1).await();
  }

  private static String value(List<String> arguments, String name) {
    int at = arguments.indexOf(name);
    if (at < 0 || at + 1 >= arguments.size()) {
      throw new IllegalArgumentException(name + " is missing");
    }
    return arguments.get(at + 1);
  }
}
