package dev.dolmen.parameterstore.feature;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What callers send is shown short and legible. */
class ShownTextTest {
  @Test
  void shortTextIsShownAsItIs() {
    assertThat(ShownText.of("")).isEmpty();
    assertThat(ShownText.of("café 日本 100% \"x\"")).isEqualTo("café 日本 100% \"x\"");
    assertThat(ShownText.of("x".repeat(100))).isEqualTo("x".repeat(100));
  }

  @Test
  void longTextIsCutAndSaysHowLongItIs() {
    assertThat(ShownText.of("x".repeat(101))).isEqualTo("x".repeat(100) + "… (101 characters)");
    assertThat(ShownText.of("日".repeat(50))).isEqualTo("日".repeat(33) + "… (50 characters)");
    assertThat(ShownText.of("%".repeat(101))).isEqualTo("%".repeat(100) + "… (101 characters)");
    assertThat(ShownText.of("x".repeat(99) + "\n"))
        .isEqualTo("x".repeat(99) + "… (100 characters)");
  }

  @Test
  void noCharacterIsCutInTwo() {
    assertThat(ShownText.of("x".repeat(99) + "😀"))
        .isEqualTo("x".repeat(99) + "… (101 characters)");
    assertThat(ShownText.of("😀".repeat(26))).isEqualTo("😀".repeat(25) + "… (52 characters)");
  }

  @Test
  void whatCannotBeSeenIsEscaped() {
    assertThat(ShownText.of("a\n\u0000\u001b[31m\u202e\u2028\ud800b"))
        .isEqualTo("a\\u000a\\u0000\\u001b[31m\\u202e\\u2028\\ud800b");
  }

  @Test
  void aMessageIsCutByWhatItTakesInAHeader() {
    assertThat(ShownText.within("x".repeat(500), 640)).hasSize(500);
    assertThat(ShownText.within("é".repeat(500), 600))
        .isEqualTo("é".repeat(100) + "… (500 characters)");
  }
}
