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
import java.util.concurrent.Callable;
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

/** A broker, two trainers and two servers of the image, in a network that is cut under load. */
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
  private final List<MemberContainer> servers = new ArrayList<>();
  private @Nullable BrokerContainer broker;

  @BeforeEach
  void start() throws Exception {
    DockerImageName image = DolmenImage.build();
    BrokerContainer started = new BrokerContainer(image, network);
    broker = started;
    started.start();
    for (int i = 0; i < 2; i++) {
      trainers.add(new MemberContainer(image, network, "trainer"));
      servers.add(new MemberContainer(image, network, "server"));
    }
    // The first leads. Two at once would displace each other, and begin again in production.
    trainers.forEach(MemberContainer::start);
    Startables.deepStart(servers).join();
    var _ = CatalogUpload.upload(servers.getFirst().connection(), shop.items());
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
    try (ContainerTraffic traffic =
        new ContainerTraffic(shop, servers.stream().map(MemberContainer::connection).toList())) {
      traffic.awaitMore(300);
      cutOneServerOff(traffic);
      killTheLeader(traffic);
      acknowledged = traffic.finish();
    }
    allHoldTheSame(acknowledged.size());
    eachIsInTheLog(acknowledged);
    allHoldTheSame(acknowledged.size());
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
        .filter(trainer -> status(trainer).getCluster().getLeads())
        .findFirst()
        .orElseThrow(() -> new AssertionError("nobody leads"));
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
