package dev.dolmen.server.quota;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.server.config.QuotaConfig;
import dev.dolmen.server.config.QuotaConfig.Named;
import dev.dolmen.server.config.QuotaConfig.Quota;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AllowancesTest {
  private static final Quota ONE_A_SECOND = new Quota(1, 0, 0, Duration.ofSeconds(1), 0, 0);

  private final QuotaConfig config =
      new QuotaConfig(ONE_A_SECOND, List.of(new Named("shop", Quota.NONE)));

  private long now;

  @Test
  void principalsAreBounded() {
    Allowances allowances = new Allowances(config, () -> now);
    Set<Allowance> held = new HashSet<>();
    for (int i = 0; i < 2 * Allowances.OTHERS_MAX; i++) {
      Allowance each = allowances.of("caller" + i);
      assertThat(each.begin(false, false, 0) == null).isEqualTo(held.add(each));
    }
    assertThat(allowances.size()).isEqualTo(Allowances.OTHERS_MAX + 1);
    // Those beyond share one.
    assertThat(held).hasSize(Allowances.OTHERS_MAX + 1);
    assertThat(allowances.of("shop").begin(false, false, 0)).isNull();
  }

  @Test
  void oneThatIsIdleMakesRoom() {
    Allowances allowances = new Allowances(config, () -> now);
    for (int i = 0; i < Allowances.OTHERS_MAX; i++) {
      Allowance each = allowances.of("caller" + i);
      assertThat(each.begin(false, false, 0)).isNull();
      if (i != 7) {
        each.end(false);
      }
    }
    Allowance busy = allowances.of("caller7");
    now = Duration.ofSeconds(5).toNanos();
    Allowance added = allowances.of("late");
    assertThat(added).isSameAs(allowances.of("late"));
    assertThat(allowances.of("caller7")).isSameAs(busy);
    assertThat(allowances.size()).isEqualTo(3); // These two and the shop.
  }
}
