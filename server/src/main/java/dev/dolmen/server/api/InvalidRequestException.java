package dev.dolmen.server.api;

import dev.dolmen.parameterstore.feature.InvalidFeatureException;

/** A field of a request holds what it must not. */
final class InvalidRequestException extends RuntimeException {
  private final String field;
  private final String problem;

  /**
   * @param field path of the field
   * @param problem the value and what was expected
   */
  InvalidRequestException(String field, String problem) {
    super(field + ": " + problem);
    this.field = field;
    this.problem = problem;
  }

  /** What a feature extractor refuses. */
  static InvalidRequestException of(InvalidFeatureException e) {
    return new InvalidRequestException(
        e.field(), Errors.describe(e.value()) + ", expected " + e.expected());
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
