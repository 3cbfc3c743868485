package dev.dolmen.evaluation.comparison;

import java.util.List;

/**
 * One prediction as a person would look at it: what was seen, what came, and what each model put
 * first.
 *
 * @param before clicks of the session before those in {@code seen}
 * @param seen titles of the last items that were clicked, the oldest first
 * @param came title of the item that was clicked next
 * @param answers in the order of the models
 */
public record ExampleSession(int before, List<String> seen, String came, List<Answer> answers) {
  /**
   * What a model said.
   *
   * @param first what it put first, best first
   * @param place of what came, from 1; 0 where it is not among those that count
   */
  public record Answer(String model, List<Suggestion> first, int place) {}

  /**
   * An item that a model put forward.
   *
   * @param came whether it is the one that was clicked next
   */
  public record Suggestion(String title, boolean came) {}
}
