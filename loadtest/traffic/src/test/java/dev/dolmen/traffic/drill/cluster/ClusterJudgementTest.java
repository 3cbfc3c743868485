package dev.dolmen.traffic.drill.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.v1.ClusterStatus;
import dev.dolmen.v1.StatusResponse;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a cluster is failed for: each thing that it may not do, one after the other. */
class ClusterJudgementTest {
  private static final HeldState LEADER = held("trainer1", status -> {});
  private static final HeldState SERVER = held("server3", status -> {});

  private static HeldState held(String name, Consumer<StatusResponse.Builder> fault) {
    StatusResponse.Builder status =
        StatusResponse.newBuilder()
            .setModelVersion(7)
            .setLogOffset(100)
            .setLearnedLogOffset(100)
            .setFeedbackEventsLearned(90)
            .setCluster(ClusterStatus.newBuilder().setParametersHash(0xabcd));
    fault.accept(status);
    return new HeldState(name, status.build());
  }

  private static void hash(StatusResponse.Builder status, long hash) {
    status.setCluster(ClusterStatus.newBuilder().setParametersHash(hash));
  }

  static Stream<Arguments> faults() {
    return Stream.of(
        fault("other parameters", s -> hash(s, 0xabce)),
        fault("no hash", s -> s.clearCluster()),
        fault("a batch less", s -> s.setModelVersion(6)),
        fault("a batch more", s -> s.setModelVersion(8)),
        fault("an event learned twice", s -> s.setFeedbackEventsLearned(91)),
        fault("an event not learned", s -> s.setFeedbackEventsLearned(89)),
        fault("the log's end not learned", s -> s.setLogOffset(101)));
  }

  private static Arguments fault(String name, Consumer<StatusResponse.Builder> fault) {
    return Arguments.of(name, fault);
  }

  @Test
  void allThatHoldTheSamePass() {
    assertThat(HeldState.difference(true, LEADER, List.of(SERVER, SERVER))).isEmpty();
    assertThat(HeldState.difference(false, LEADER, List.of(SERVER, SERVER))).isEmpty();
    // One server may not have heard yet of what another has logged, and has learned it.
    HeldState ahead = held("server4", s -> s.setLogOffset(120).setLearnedLogOffset(120));
    assertThat(HeldState.difference(true, LEADER, List.of(SERVER, ahead))).isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("faults")
  void whoeverHoldsSomethingElseIsNamed(String name, Consumer<StatusResponse.Builder> fault) {
    HeldState faulty = held("server4", fault);
    for (boolean exact : new boolean[] {true, false}) {
      assertThat(HeldState.difference(exact, LEADER, List.of(SERVER, faulty)))
          .as(name)
          .contains("trainer1: batch 7", "server4: batch ")
          .doesNotContain("server3");
    }
    assertThat(HeldState.difference(true, held("trainer2", fault), List.of(SERVER)))
        .as(name)
        .contains("trainer2: batch ");
  }

  @Test
  void whatIsRoundedOnItsWayHasToBeTheSameAtAllServers() {
    HeldState rounded = held("server3", s -> hash(s, 0x1111));
    HeldState alike = held("server4", s -> hash(s, 0x1111));
    HeldState other = held("server4", s -> hash(s, 0x1112));
    assertThat(HeldState.difference(false, LEADER, List.of(rounded, alike))).isEmpty();
    assertThat(HeldState.difference(false, LEADER, List.of(rounded, other)))
        .contains("server4: ", "hash 1112");
    assertThat(HeldState.difference(true, LEADER, List.of(rounded, alike))).contains("server3: ");
  }

  @Test
  void whereNobodySaysWhatItHoldsNothingIsShownToBeTheSame() {
    HeldState leader = held("trainer1", s -> s.clearCluster());
    HeldState server = held("server3", s -> s.clearCluster());
    assertThat(HeldState.difference(true, leader, List.of(server))).contains("server3: ");
    assertThat(HeldState.difference(false, leader, List.of(server))).contains("server3: ");
    assertThat(HeldState.difference(true, leader, List.of())).contains("trainer1: ");
  }

  private static ClusterTrialResult result(
      long lost, long learnedTwice, long failedRequests, String different, long stalenessMs) {
    return new ClusterTrialResult(
        "trial",
        100,
        lost,
        learnedTwice,
        50,
        failedRequests,
        different,
        1_000,
        1_000,
        stalenessMs,
        0);
  }

  @Test
  void aTrialIsFailedForEachThingThatWentWrong() {
    long most = ClusterTrialResult.STALENESS_BOUND_MS;
    assertThat(result(0, 0, 0, "", most).passed()).isTrue();
    assertThat(
            List.of(
                result(1, 0, 0, "", 0),
                result(0, 1, 0, "", 0),
                result(0, 0, 1, "", 0),
                result(0, 0, 0, "server3: batch 7", 0),
                result(0, 0, 0, "", most + 1),
                ClusterTrialResult.ended("trial", "java.io.IOException: it began with 9 batches")))
        .noneMatch(ClusterTrialResult::passed)
        .allMatch(failed -> failed.text().startsWith("FAIL trial: "));
    ClusterResult both =
        new ClusterResult(
            List.of(result(0, 0, 0, "", 0), result(1, 0, 0, "", 0)),
            List.of(),
            List.of(),
            List.of());
    assertThat(both.passed()).isFalse();
    assertThat(both.text()).contains("FAIL");
  }
}
