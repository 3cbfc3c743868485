package dev.dolmen.deploy;

import com.github.dockerjava.api.model.AccessMode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Volume;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;
import kafka.server.KafkaRaftServer;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.utility.DockerImageName;

/**
 * A Kafka broker, its own controller, known in its network as {@value #HOST}. As no registry may be
 * in reach, it runs from what is here: the JDK and the libraries of these tests, which the engine
 * must be able to mount, on the system of Dolmen's image.
 */
final class BrokerContainer extends GenericContainer<BrokerContainer> {
  static final String HOST = "kafka";
  static final int PORT = 9092;

  private static final String CONFIG = "/broker.properties";
  private static final String JDK = "/jdk";

  /** Of a library's jar in Maven's repository: version, artifact, the parts of its group. */
  private static final int FOLDERS_BELOW_REPOSITORY = 6;

  BrokerContainer(DockerImageName image, Network network) throws URISyntaxException {
    super(image);
    Path jar =
        Path.of(KafkaRaftServer.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Path repository = jar;
    for (int i = 0; i < FOLDERS_BELOW_REPOSITORY; i++) {
      repository = Objects.requireNonNull(repository.getParent(), jar.toString());
    }
    String libraries = repository.toString();
    withNetwork(network);
    withNetworkAliases(HOST);
    withCopyToContainer(Transferable.of(config()), CONFIG);
    withEnv("CLASSPATH", "/opt/dolmen/lib/*:" + jarsOf(libraries));
    withCreateContainerCmdModifier(command -> {
      Objects.requireNonNull(command.getHostConfig())
          .withBinds(
              readOnly(System.getProperty("java.home"), JDK), readOnly(libraries, libraries));
      command.withUser("0").withEntrypoint(JDK + "/bin/java");
    });
    withCommand(
        "-Xmx320m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "dev.dolmen.traffic.drill.cluster.KafkaNode",
        CONFIG);
    waitingFor(
        Wait.forSuccessfulCommand("bash -c 'exec 3<>/dev/tcp/" + HOST + "/" + PORT + "'")
            .withStartupTimeout(Duration.ofMinutes(3)));
  }

  /** Stops it where it is, by SIGSTOP: connections stay open, nothing answers. */
  void pause() {
    getDockerClient().killContainerCmd(getContainerId()).withSignal("STOP").exec();
  }

  /** Lets it go on. */
  void goOn() {
    getDockerClient().killContainerCmd(getContainerId()).withSignal("CONT").exec();
  }

  private static Bind readOnly(String here, String there) {
    return new Bind(here, new Volume(there), AccessMode.ro);
  }

  private static String jarsOf(String repository) {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(entry -> entry.endsWith(".jar") && entry.startsWith(repository))
        .collect(Collectors.joining(":"));
  }

  private static String config() {
    return """
    drill.cluster.id=AAAAAAAAAAAAAAAAAAAAAA
    process.roles=broker,controller
    node.id=1
    controller.quorum.voters=1@localhost:9093
    controller.listener.names=CONTROLLER
    inter.broker.listener.name=PLAINTEXT
    listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
    listeners=PLAINTEXT://:%2$d,CONTROLLER://localhost:9093
    advertised.listeners=PLAINTEXT://%1$s:%2$d
    log.dirs=/tmp/kafka
    offsets.topic.replication.factor=1
    transaction.state.log.replication.factor=1
    transaction.state.log.min.isr=1
    transaction.state.log.num.partitions=3
    auto.create.topics.enable=false
    """
        .formatted(HOST, PORT);
  }
}
