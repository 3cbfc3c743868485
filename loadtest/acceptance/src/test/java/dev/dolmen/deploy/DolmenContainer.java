package dev.dolmen.deploy;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.WaitContainerResultCallback;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Volume;
import dev.dolmen.v1.AdminServiceGrpc;
import dev.dolmen.v1.CatalogServiceGrpc;
import dev.dolmen.v1.FeedbackServiceGrpc;
import dev.dolmen.v1.RecommendationServiceGrpc;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
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
import org.testcontainers.containers.output.OutputFrame;
import org.testcontainers.containers.startupcheck.StartupCheckStrategy;
import org.testcontainers.containers.wait.strategy.AbstractWaitStrategy;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/**
 * One running Dolmen with its data on a named volume, locked down as the Kubernetes manifest does:
 * read-only root file system, no capabilities, bounded memory. Its calls come from outside.
 */
final class DolmenContainer extends GenericContainer<DolmenContainer> {
  private static final int GRPC = 7070;
  private static final int METRICS = 7071;
  private static final int HTTP = 7080;

  /** Null until the container runs. */
  private @Nullable ManagedChannel connection;

  private @Nullable Channel channel;

  private DolmenContainer(DockerImageName image, String volume) {
    super(image);
    withExposedPorts(GRPC, METRICS);
    withTmpFs(Map.of("/tmp", "exec,mode=1777,size=256m"));
    withCreateContainerCmdModifier(command -> harden(command, volume));
    // The image's own health check decides.
    waitingFor(Wait.forHealthcheck().withStartupTimeout(Duration.ofMinutes(3)));
  }

  /**
   * Starts one and returns when it says that it is healthy: probes need no key.
   *
   * @param key that its calls show
   */
  static DolmenContainer start(DockerImageName image, String volume, String key) {
    DolmenContainer container = new DolmenContainer(image, volume);
    container.start();
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + key);
    container.connection =
        NettyChannelBuilder.forAddress(container.getHost(), container.getMappedPort(GRPC))
            .usePlaintext()
            .build();
    container.channel =
        ClientInterceptors.intercept(
            container.stranger(), MetadataUtils.newAttachHeadersInterceptor(headers));
    return container;
  }

  /** The demonstration, when it has said where its console is. */
  static DolmenContainer demo(DockerImageName image, String volume) {
    DolmenContainer container = new DolmenContainer(image, volume);
    container.addExposedPort(HTTP);
    container.withCommand("demo", "--forever", "--warm-up", "0");
    container.waitingFor(
        Wait.forLogMessage(".*/console/#key=.*\\n", 1).withStartupTimeout(Duration.ofMinutes(3)));
    container.start();
    return container;
  }

  /** HTTP status of a path of the console and its API. */
  int statusOf(String path, String key) throws IOException, InterruptedException {
    URI uri = URI.create("http://" + getHost() + ':' + getMappedPort(HTTP) + path);
    HttpRequest.Builder request = HttpRequest.newBuilder(uri);
    if (!key.isEmpty()) {
      request.header("authorization", "Bearer " + key);
    }
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request.build(), BodyHandlers.discarding()).statusCode();
    }
  }

  /** A command that ends by itself, on the volume of a server. */
  static Ended run(DockerImageName image, String volume, String... command) {
    try (DolmenContainer container = new DolmenContainer(image, volume)) {
      container.withCommand(command);
      container.waitingFor(new NoWait());
      container.withStartupCheckStrategy(new HasEnded());
      container.start();
      Long code =
          Objects.requireNonNull(container.getCurrentContainerInfo().getState().getExitCodeLong());
      return new Ended(
          code.intValue(),
          container.getLogs(OutputFrame.OutputType.STDOUT),
          container.getLogs(OutputFrame.OutputType.STDERR));
    }
  }

  /** What a command printed, and its exit code. */
  record Ended(int code, String out, String err) {}

  /** With whatever code. */
  private static final class HasEnded extends StartupCheckStrategy {
    @Override
    public StartupStatus checkStartupState(DockerClient client, String containerId) {
      return Boolean.TRUE.equals(getCurrentState(client, containerId).getRunning())
          ? StartupStatus.NOT_YET_KNOWN
          : StartupStatus.SUCCESSFUL;
    }
  }

  /** There is nothing to wait for behind the end. */
  private static final class NoWait extends AbstractWaitStrategy {
    @Override
    protected void waitUntilReady() {}
  }

  AdminServiceGrpc.AdminServiceBlockingStub admin() {
    return AdminServiceGrpc.newBlockingStub(channel()).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  CatalogServiceGrpc.CatalogServiceStub catalog() {
    return CatalogServiceGrpc.newStub(channel()).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  FeedbackServiceGrpc.FeedbackServiceBlockingStub feedback() {
    return FeedbackServiceGrpc.newBlockingStub(channel()).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  RecommendationServiceGrpc.RecommendationServiceBlockingStub recommendations() {
    return RecommendationServiceGrpc.newBlockingStub(channel())
        .withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  /**
   * Ends the process and waits for that.
   *
   * @param signal SIGTERM or SIGKILL
   * @return its exit code
   */
  int end(String signal) {
    ManagedChannel open = connection;
    if (open != null) {
      open.shutdownNow();
    }
    getDockerClient().killContainerCmd(getContainerId()).withSignal(signal).exec();
    return getDockerClient()
        .waitContainerCmd(getContainerId())
        .exec(new WaitContainerResultCallback())
        .awaitStatusCode(2, TimeUnit.MINUTES);
  }

  /** Without a key. */
  ManagedChannel stranger() {
    return Objects.requireNonNull(connection, "not started");
  }

  private Channel channel() {
    return Objects.requireNonNull(channel, "not started");
  }

  private static void harden(CreateContainerCmd command, String volume) {
    HostConfig host = Objects.requireNonNull(command.getHostConfig());
    host.withBinds(new Bind(volume, new Volume("/var/lib/dolmen")))
        .withReadonlyRootfs(true)
        .withCapDrop(Capability.ALL)
        .withMemory(2L << 30);
  }
}
