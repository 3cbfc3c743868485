package dev.dolmen.trainer.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class TrainingOptionsTest {
  private static final Offset<Float> ROUNDED = within(1e-6f);

  @Test
  void fewerItemsAreLearnedAsNewOnesTheMoreHasBeenLearned() {
    TrainingOptions falls =
        TrainingOptions.defaults().with(o -> o.newness(0.6f).newnessDecayEvents(1_000));
    assertThat(falls.newnessAfter(0)).isEqualTo(0.6f);
    assertThat(falls.newnessAfter(1_000)).isEqualTo(0.6f);
    assertThat(falls.newnessAfter(4_000)).isCloseTo(0.3f, ROUNDED);
    assertThat(falls.newnessAfter(Long.MAX_VALUE)).isCloseTo(0.2f, ROUNDED);
  }

  @Test
  void aShareThatIsToStayStays() {
    TrainingOptions stays =
        TrainingOptions.defaults().with(o -> o.newness(0.6f).newnessDecayEvents(0));
    assertThat(stays.newnessAfter(Long.MAX_VALUE)).isEqualTo(0.6f);
  }

  @Test
  void aNumberThatMayNotBeIsNamed() {
    assertThatThrownBy(() -> TrainingOptions.defaults().with(o -> o.newnessDecayEvents(-1)))
        .hasMessageContaining("training.newnessDecayEvents");
  }
}
