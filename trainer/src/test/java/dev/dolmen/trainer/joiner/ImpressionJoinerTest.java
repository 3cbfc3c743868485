package dev.dolmen.trainer.joiner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.v1.EventType;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Impression;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ImpressionJoinerTest {
  private static final long WINDOW_MS = 1_000;

  private final ImpressionJoiner joiner = new ImpressionJoiner(3, WINDOW_MS);

  private void show(String request, long timeMs, String... items) {
    joiner.add(
        Impression.newBuilder().setRequestId(request).addAllItemId(List.of(items)).build(), timeMs);
  }

  private int act(String request, String item, EventType type) {
    return joiner.join(
        FeedbackEvent.newBuilder().setRequestId(request).setItemId(item).setType(type).build());
  }

  private ImpressionJoiner.Figures figures() {
    joiner.publishFigures();
    return joiner.figures();
  }

  @Test
  void joinsByRequestAndCountsPositions() {
    show("r", 0, "a", "b", "c");
    assertThat(act("r", "b", EventType.EVENT_TYPE_CLICK)).isEqualTo(1);
    assertThat(act("r", "c", EventType.EVENT_TYPE_DWELL)).isEqualTo(2);
    assertThat(figures()).isEqualTo(new ImpressionJoiner.Figures(1, 1, 2, 0, 0, 1, 2));
  }

  @Test
  void anEventWithoutItsImpressionIsUnknown() {
    show("r", 0, "a");
    assertThat(act("other", "a", EventType.EVENT_TYPE_CLICK)).isEqualTo(-1);
    assertThat(act("r", "not shown", EventType.EVENT_TYPE_CLICK)).isEqualTo(-1);
    assertThat(figures().unknown()).isEqualTo(2);
    assertThat(figures().joined()).isZero();
  }

  @Test
  void impressionsLeaveAfterTheirWindow() {
    show("acted", 0, "a");
    show("ignored", 1, "a");
    act("acted", "a", EventType.EVENT_TYPE_CLICK);
    show("late", WINDOW_MS + 2, "a");
    assertThat(figures().waiting()).isEqualTo(1);
    assertThat(figures().expired()).isEqualTo(1);
    assertThat(act("acted", "a", EventType.EVENT_TYPE_CLICK)).isEqualTo(-1);
  }

  @Test
  void theOldestMakesRoom() {
    for (int i = 0; i < 5; i++) {
      show("r" + i, i, "a");
    }
    assertThat(figures().waiting()).isEqualTo(3);
    assertThat(figures().expired()).isEqualTo(2);
    assertThat(act("r1", "a", EventType.EVENT_TYPE_CLICK)).isEqualTo(-1);
    assertThat(act("r2", "a", EventType.EVENT_TYPE_CLICK)).isZero();
  }

  @Test
  void isTheSameAfterWritingAndReading() throws IOException {
    show("r0", 5, "a", "b");
    show("r1", 6, "c");
    act("r0", "a", EventType.EVENT_TYPE_CLICK);
    byte[] written = bytes(joiner);
    ImpressionJoiner read = new ImpressionJoiner(3, WINDOW_MS);
    read.readFrom(new DataInputStream(new ByteArrayInputStream(written)));
    assertThat(bytes(read)).isEqualTo(written);
    assertThat(read.figures()).isEqualTo(figures());
  }

  private static byte[] bytes(ImpressionJoiner joiner) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    joiner.writeTo(new DataOutputStream(out));
    return out.toByteArray();
  }
}
