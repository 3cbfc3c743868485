package dev.dolmen.server.api;

import dev.dolmen.parameterstore.feature.InvalidFeatureException;
import dev.dolmen.parameterstore.feature.ShownText;

/**
 * A field of a request holds what it must not. Path and problem are short enough for a status,
 * whatever the caller sent: see {@link Errors}.
 */
final class InvalidRequestException extends RuntimeException {
  private final String field;
  private final String problem;

  /**
   * @param field path of the field
   * @param problem the value and what was expected
   */
  InvalidRequestException(String field, String problem) {
    this.field = ShownText.within(field, Errors.FIELD_BYTES_MAX);
    this.problem = ShownText.within(problem, Errors.PROBLEM_BYTES_MAX);
  }

  /** What a feature extractor refuses. */
  static InvalidRequestException of(InvalidFeatureException e) {
    return new InvalidRequestException(e.field(), '"' + e.value() + "\", expected " + e.expected());
  }

  @Override
  public String getMessage() {
    return field + ": " + problem;
  }

  String field() {
    return field;
  }

  String problem() {
    return problem;
  }

  /** The same with the field inside another. */
  InvalidRequestException in(String parent) {
    return new InvalidRequestException(parent + '.' + field, problem);
  }
}
