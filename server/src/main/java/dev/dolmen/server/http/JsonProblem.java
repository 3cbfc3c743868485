package dev.dolmen.server.http;

/** JSON that is no request message: where, and what was expected. */
final class JsonProblem extends Exception {
  private final String field;
  private final String problem;

  /**
   * @param field path of the field; empty for the whole
   * @param problem the value and what was expected
   */
  JsonProblem(String field, String problem) {
    super(field + ": " + problem, null, false, false);
    this.field = field;
    this.problem = problem;
  }

  String field() {
    return field.isEmpty() ? "request" : field;
  }

  String problem() {
    return problem;
  }

  /** The same with the field inside another: a field, or an element of a list or a map. */
  JsonProblem in(String parent) {
    String joint = field.isEmpty() || field.startsWith("[") ? "" : ".";
    return new JsonProblem(parent + joint + field, problem);
  }
}
