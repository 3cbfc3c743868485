package dev.dolmen.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.traffic.demo.ShopEvents;
import dev.dolmen.traffic.generator.CatalogUpload;
import dev.dolmen.traffic.generator.Connection;
import dev.dolmen.v1.Acknowledgement;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.PublishRequest;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.StatusResponse;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.testcontainers.containers.Network;
import org.testcontainers.lifecycle.Startables;
import org.testcontainers.utility.DockerImageName;

/** A broker, two trainers and two servers of the image, each disturbed under load. */
@Tag("cluster-containers")
@Timeout(value = 900, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it waits for ever.
class ClusterContainersTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** What servers may be behind, under load. */
  private static final long STALENESS_BOUND_MS = 5_000;

  /** For as long, by its own word, a server is cut off. */
  private static final long CUT_OFF_MS = 6_000;

  private static final int SIGKILL_EXIT_CODE = 137;

  private final Network network =
      Network.builder().createNetworkCmdModifier(command -> command.withInternal(true)).build();
  private final ShopEvents shop = new ShopEvents("containers", 7);
  private final List<MemberContainer> trainers = new ArrayList<>();
  private final List<MemberContainer> servers = new CopyOnWriteArrayList<>();
  private @Nullable DockerImageName image;
  private @Nullable BrokerContainer broker;

  @BeforeEach
  void start() throws Exception {
    image = DolmenImage.build();
    BrokerContainer started = new BrokerContainer(image, network);
    broker = started;
    started.start();
    // The first leads. Two at once would displace each other, and begin again in production.
    addTrainer();
    addTrainer();
    List<MemberContainer> starting = List.of(member("server"), member("server"));
    Startables.deepStart(starting).join();
    servers.addAll(starting);
    var _ = CatalogUpload.upload(servers.getFirst().connection(), shop.items());
  }

  private MemberContainer member(String role) {
    return new MemberContainer(Objects.requireNonNull(image), network, role);
  }

  private void addTrainer() {
    MemberContainer trainer = member("trainer");
    trainers.add(trainer);
    trainer.start();
  }

  private MemberContainer addServer() {
    MemberContainer server = member("server");
    server.start();
    servers.add(server);
    return server;
  }

  @AfterEach
  void removeEverything() {
    servers.forEach(MemberContainer::stop);
    trainers.forEach(MemberContainer::stop);
    if (broker != null) {
      broker.stop();
    }
    network.close();
  }

  @Test
  void nothingAcknowledgedIsLostByACutNetworkAndAKilledTrainer() throws Exception {
    List<FeedbackEvent> acknowledged;
    try (ContainerTraffic traffic = new ContainerTraffic(shop, this::connections)) {
      traffic.awaitMore(300);
      cutOneServerOff(traffic);
      killTheLeader(traffic);
      acknowledged = traffic.finish();
    }
    allAreThere(acknowledged);
  }

  @Test
  void nothingAcknowledgedIsLostByPausesNewServersAndABrokerThatIsAway() throws Exception {
    List<FeedbackEvent> acknowledged;
    try (ContainerTraffic traffic = new ContainerTraffic(shop, this::connections)) {
      traffic.awaitMore(300);
      pauseTheLeader(traffic);
      killOneServer(traffic);
      pauseTheBroker(traffic);
      replaceTheServers(traffic);
      acknowledged = traffic.finish();
    }
    allAreThere(acknowledged);
  }

  private List<Connection> connections() {
    return servers.stream().map(MemberContainer::connection).toList();
  }

  private void allAreThere(List<FeedbackEvent> acknowledged) throws Exception {
    allHoldTheSame(acknowledged.size());
    eachIsInTheLog(acknowledged);
    allHoldTheSame(acknowledged.size());
  }

  /** Another leads meanwhile, and who wakes up does no harm: it ends, as whoever was displaced. */
  private void pauseTheLeader(ContainerTraffic traffic) throws Exception {
    MemberContainer paused = leader();
    String id = paused.getContainerId();
    MemberContainer other =
        trainers.stream().filter(t -> !t.getContainerId().equals(id)).findFirst().orElseThrow();
    long epoch = status(paused).getCluster().getEpoch();
    paused.pause();
    await(
        "the one that stood by leads",
        () -> {
          var cluster = status(other).getCluster();
          return cluster.getLeads() && cluster.getEpoch() > epoch;
        });
    traffic.awaitMore(200);
    paused.goOn();
    await("who was paused leads no more", () -> !paused.isRunning() || !leads(paused));
    traffic.awaitMore(200);
    assertThat(leads(other)).as("the second still leads").isTrue();
    trainers.remove(paused);
    paused.stop();
    addTrainer();
    awaitFresh();
  }

  /** Another is there for callers at once, and a new one that has nothing comes to the same. */
  private void killOneServer(ContainerTraffic traffic) throws Exception {
    MemberContainer killed = servers.removeFirst();
    assertThat(killed.kill()).isEqualTo(SIGKILL_EXIT_CODE);
    killed.stop();
    assertThat(answers(servers.getFirst())).as("the other server").isTrue();
    traffic.awaitMore(200);
    addServer();
    awaitFresh();
  }

  /** Nothing can be taken then, and what was known is answered from. */
  private void pauseTheBroker(ContainerTraffic traffic) throws Exception {
    BrokerContainer away = Objects.requireNonNull(broker);
    away.pause();
    try {
      for (MemberContainer server : servers) {
        await("it takes no events", () -> !server.takesEvents());
        assertThat(answers(server)).as("from what it has").isTrue();
      }
    } finally {
      away.goOn();
    }
    traffic.awaitMore(200);
    awaitFresh();
  }

  /** One behind the other, each only when one more is there: whoever asks is answered. */
  private void replaceTheServers(ContainerTraffic traffic) throws Exception {
    for (MemberContainer old : List.copyOf(servers)) {
      assertThat(answers(addServer())).as("the new server").isTrue();
      servers.remove(old);
      old.stop();
      for (MemberContainer server : servers) {
        assertThat(answers(server)).as("with one gone").isTrue();
      }
      traffic.awaitMore(100);
    }
    awaitFresh();
  }

  private void cutOneServerOff(ContainerTraffic traffic) throws Exception {
    MemberContainer other = servers.getFirst();
    MemberContainer alone = servers.getLast();
    alone.cutOff();
    await("it says how far it is behind", () -> stalenessMs(alone) > CUT_OFF_MS);
    assertThat(answers(alone)).as("from what it has").isTrue();
    await("it takes no events", () -> !alone.takesEvents());
    for (int i = 0; i < 20; i++) {
      assertThat(answers(other)).as("request %d to the other server", i).isTrue();
    }
    await("the other server follows", () -> stalenessMs(other) < STALENESS_BOUND_MS);
    traffic.awaitMore(200);
    alone.heal();
    awaitFresh();
    await("it takes events again", () -> alone.takesEvents());
  }

  private void killTheLeader(ContainerTraffic traffic) throws Exception {
    MemberContainer leader = leader();
    long epoch = status(leader).getCluster().getEpoch();
    assertThat(leader.kill()).isEqualTo(SIGKILL_EXIT_CODE);
    trainers.remove(leader);
    leader.stop();
    assertThat(answers(servers.getFirst())).as("without a trainer").isTrue();
    await(
        "the one that stood by leads",
        () -> {
          var cluster = status(trainers.getFirst()).getCluster();
          return cluster.getLeads() && cluster.getEpoch() > epoch;
        });
    traffic.awaitMore(200);
    awaitFresh();
  }

  /** Everything in the log is learned, as often as was acknowledged, and ranks everywhere alike. */
  private void allHoldTheSame(int events) throws Exception {
    await(
        "all hold the same",
        () -> {
          StatusResponse leader = leader().connection().hashedStatus();
          return leader.getLearnedLogOffset() == leader.getLogOffset()
              && leader.getCluster().getParametersHash() != 0
              && servers.stream()
                  .map(server -> server.connection().hashedStatus())
                  .allMatch(server ->
                      server.getLearnedLogOffset() >= server.getLogOffset()
                          && server.getModelVersion() == leader.getModelVersion()
                          && server.getCluster().getParametersHash()
                              == leader.getCluster().getParametersHash());
        });
    assertThat(status(leader()).getFeedbackEventsLearned()).isEqualTo(events);
    assertThat(servers)
        .allSatisfy(
            server -> assertThat(status(server).getFeedbackEventsLearned()).isEqualTo(events));
  }

  /** Sent again, every one is known. */
  private void eachIsInTheLog(List<FeedbackEvent> acknowledged) {
    Connection server = servers.getLast().connection();
    for (int from = 0; from < acknowledged.size(); from += 100) {
      List<FeedbackEvent> some =
          acknowledged.subList(from, Math.min(acknowledged.size(), from + 100));
      assertThat(
              server
                  .feedbackBlocking()
                  .withDeadlineAfter(30, TimeUnit.SECONDS)
                  .publishBatch(PublishRequest.newBuilder().addAllEvents(some).build())
                  .getAcknowledgementsList())
          .hasSize(some.size())
          .allMatch(a -> a.getStatus() == Acknowledgement.Status.STATUS_DUPLICATE);
    }
  }

  private MemberContainer leader() {
    return trainers.stream()
        .filter(ClusterContainersTest::leads)
        .findFirst()
        .orElseThrow(() -> new AssertionError("nobody leads"));
  }

  private static boolean leads(MemberContainer trainer) {
    return status(trainer).getCluster().getLeads();
  }

  private static StatusResponse status(MemberContainer member) {
    return member.connection().status();
  }

  private static long stalenessMs(MemberContainer server) {
    return status(server).getCluster().getStalenessMs();
  }

  private void awaitFresh() throws Exception {
    await(
        "servers are no farther behind than they may be",
        () -> servers.stream().allMatch(server -> stalenessMs(server) < STALENESS_BOUND_MS));
  }

  private static boolean answers(MemberContainer server) {
    RecommendRequest request =
        RecommendRequest.newBuilder()
            .setSession(SessionContext.newBuilder().setSessionId("anybody"))
            .setK(10)
            .setNoImpression(true)
            .build();
    try {
      return server
              .connection()
              .recommendationsBlocking()
              .withDeadlineAfter(5, TimeUnit.SECONDS)
              .recommend(request)
              .getItemsCount()
          == 10;
    } catch (StatusRuntimeException e) {
      return false;
    }
  }

  /** A call that is not answered is none that says so. */
  private void await(String what, Callable<Boolean> holds) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      String problem = "not so";
      try {
        if (holds.call()) {
          return;
        }
      } catch (StatusRuntimeException e) {
        problem = e.toString();
      }
      if (System.nanoTime() > end) {
        throw new AssertionError(what + ": " + problem + said());
      }
      Thread.sleep(50);
    }
  }

  /** The end of what each member has said. */
  private String said() {
    StringBuilder text = new StringBuilder();
    for (MemberContainer member : Stream.concat(trainers.stream(), servers.stream()).toList()) {
      List<String> lines = member.getLogs().lines().toList();
      text.append('\n').append(member.getContainerId()).append(", runs: ");
      text.append(member.isRunning());
      lines
          .subList(Math.max(0, lines.size() - 8), lines.size())
          .forEach(line -> text.append("\n  ").append(line));
    }
    return text.toString();
  }
}
