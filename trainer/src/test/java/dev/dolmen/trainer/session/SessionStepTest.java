package dev.dolmen.trainer.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.dolmen.v1.EventType;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SessionStepTest {
  @Test
  void whatLeadsOnIsAStep() {
    assertThat(Arrays.stream(EventType.values()).filter(SessionStep::isStep))
        .containsExactly(
            EventType.EVENT_TYPE_UNSPECIFIED,
            EventType.EVENT_TYPE_VIEW,
            EventType.EVENT_TYPE_CLICK,
            EventType.EVENT_TYPE_ADD_TO_CART,
            EventType.EVENT_TYPE_PURCHASE);
  }

  @Test
  void theNumberOfATypeSaysTheSame() {
    for (EventType type : EventType.values()) {
      if (type != EventType.UNRECOGNIZED) {
        assertThat(SessionStep.isStep(type.getNumber())).isEqualTo(SessionStep.isStep(type));
      }
    }
    assertThat(SessionStep.isStep(-1)).isFalse();
    assertThat(SessionStep.isStep(1_000)).isFalse();
  }

  @Test
  void anEventWithoutATypeIsAClick() {
    assertThat(SessionStep.meant(EventType.EVENT_TYPE_UNSPECIFIED))
        .isEqualTo(EventType.EVENT_TYPE_CLICK);
    assertThat(SessionStep.typeOf(EventType.EVENT_TYPE_UNSPECIFIED))
        .isEqualTo(EventType.EVENT_TYPE_CLICK_VALUE);
    assertThat(SessionStep.typeOf(EventType.EVENT_TYPE_PURCHASE))
        .isEqualTo(EventType.EVENT_TYPE_PURCHASE_VALUE);
  }

  @Test
  void whatIsBelowAMillisecondIsCutOff() {
    Timestamp time = Timestamp.newBuilder().setSeconds(12).setNanos(345_999_999).build();
    assertThat(SessionStep.timeMs(time)).isEqualTo(12_345);
  }
}
