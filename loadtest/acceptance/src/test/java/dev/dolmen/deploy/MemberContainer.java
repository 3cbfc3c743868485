package dev.dolmen.deploy;

import com.github.dockerjava.api.command.WaitContainerResultCallback;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import dev.dolmen.server.data.SchemaYaml;
import dev.dolmen.traffic.demo.ShopEvents;
import dev.dolmen.traffic.generator.Connection;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.utility.DockerImageName;

/**
 * A trainer or a server of a cluster in a container without capabilities, of bounded memory.
 * Callers reach it by a port of this machine, whatever becomes of the network of the broker.
 */
final class MemberContainer extends GenericContainer<MemberContainer> {
  private static final int GRPC = 7070;
  private static final int METRICS = 7071;

  private static final Duration CALL = Duration.ofSeconds(10);

  private final Network network;

  /** Null until the container runs. */
  private @Nullable Connection connection;

  /**
   * Not yet started.
   *
   * @param role trainer or server
   * @param network of the broker; it leads nowhere else
   */
  MemberContainer(DockerImageName image, Network network, String role) {
    super(image);
    this.network = network;
    withExposedPorts(GRPC, METRICS);
    withTmpFs(Map.of("/tmp", "exec,mode=1777,size=256m"));
    withCopyToContainer(Transferable.of(config(role), 0644), "/etc/dolmen/dolmen.yaml");
    withCreateContainerCmdModifier(
        command -> lockDown(Objects.requireNonNull(command.getHostConfig())));
    waitingFor(
        Wait.forHttp(role.equals("server") ? "/readyz/feedback" : "/readyz")
            .forPort(METRICS)
            .withStartupTimeout(Duration.ofMinutes(3)));
  }

  private static void lockDown(HostConfig host) {
    host.withCapDrop(Capability.ALL).withMemory(2L << 30);
  }

  private static String config(String role) {
    return """
    data_directory: /var/lib/dolmen
    server:
      access:
        insecure: true
      warm_up: 0s
    log:
      kind: kafka
      kafka:
        bootstrap_servers: "%s:%d"
        topic: clicks
        timeout: 5s
        replication_factor: 1
        min_insync_replicas: 1
    cluster:
      role: %s
      format: fp32
      takeover: 4s
    snapshots:
      on_close: false
    """
            .formatted(BrokerContainer.HOST, BrokerContainer.PORT, role)
        + SchemaYaml.write(ShopEvents.schema());
  }

  /** It has a network to its callers already. */
  @Override
  protected void containerIsCreated(String containerId) {
    join();
  }

  private void join() {
    getDockerClient()
        .connectToNetworkCmd()
        .withContainerId(getContainerId())
        .withNetworkId(network.getId())
        .exec();
  }

  /** Takes it out of the broker's network: nothing is refused, nothing arrives any more. */
  void cutOff() {
    getDockerClient()
        .disconnectFromNetworkCmd()
        .withContainerId(getContainerId())
        .withNetworkId(network.getId())
        .exec();
  }

  /** Puts it back, at whatever address it gets. */
  void heal() {
    join();
  }

  /** Stops its process where it is, by SIGSTOP. */
  void pause() {
    getDockerClient().killContainerCmd(getContainerId()).withSignal("STOP").exec();
  }

  /** Lets it go on. */
  void goOn() {
    getDockerClient().killContainerCmd(getContainerId()).withSignal("CONT").exec();
  }

  /** Ends its process at once, as {@code docker kill -s KILL} does, and waits for the end. */
  int kill() {
    getDockerClient().killContainerCmd(getContainerId()).withSignal("KILL").exec();
    return getDockerClient()
        .waitContainerCmd(getContainerId())
        .exec(new WaitContainerResultCallback())
        .awaitStatusCode(2, TimeUnit.MINUTES);
  }

  /** Whether it would take events now, by its own readiness. */
  boolean takesEvents() throws IOException, InterruptedException {
    URI readiness =
        URI.create("http://" + getHost() + ":" + getMappedPort(METRICS) + "/readyz/feedback");
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request = HttpRequest.newBuilder(readiness).timeout(CALL).build();
      return client.send(request, BodyHandlers.discarding()).statusCode() == 200;
    }
  }

  /** For calls from outside. */
  Connection connection() {
    Connection open = connection;
    if (open == null) {
      open = Connection.toLocal(getMappedPort(GRPC));
      connection = open;
    }
    return open;
  }

  @Override
  public void stop() {
    Connection open = connection;
    if (open != null) {
      connection = null;
      open.close();
    }
    super.stop();
  }
}
