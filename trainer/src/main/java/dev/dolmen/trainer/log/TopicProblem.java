package dev.dolmen.trainer.log;

/**
 * What is wrong with a topic.
 *
 * @param topic its name
 * @param setting {@code cleanup.policy}, say
 * @param found its value
 * @param expected what it has to be
 * @param why empty where that is plain
 */
public record TopicProblem(
    String topic, String setting, String found, String expected, String why) {
  /** In a line. */
  public String text() {
    String reason = why.isEmpty() ? "" : ", " + why;
    return "topic " + topic + ": " + setting + " is " + found + ", expected " + expected + reason;
  }
}
