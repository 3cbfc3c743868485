package dev.dolmen.server.access;

import io.grpc.Status;

/**
 * Why a caller is not let in: whom the server does not know, or what it may not do. The message
 * names what is expected and never what came, which may be a secret.
 */
public final class Refusal extends Exception {
  private static final String HOW =
      "expected the metadata authorization: Bearer KEY, with a key that dolmen key create made, or"
          + " a token";

  private final Status status;
  private final String caller;

  private final String why;

  private Refusal(Status.Code code, String caller, String why, String message) {
    super(message, null, false, false); // Made for callers, at their rate: no stack is needed.
    this.caller = caller;
    this.why = why;
    status = code.toStatus().withDescription(message);
  }

  static Refusal unknown(String why) {
    return new Refusal(Status.Code.UNAUTHENTICATED, "", why, why + ": " + HOW);
  }

  static Refusal unavailable(String why) {
    return new Refusal(Status.Code.UNAVAILABLE, "", why, why);
  }

  /**
   * Of a sign-in, which shows no key yet.
   *
   * @param caller whom the issuer says it is; empty if it did not
   */
  static Refusal notSignedIn(String caller, String why) {
    return new Refusal(Status.Code.UNAUTHENTICATED, caller, why, why);
  }

  /** Of a request that is not as it should be. */
  static Refusal invalid(String why) {
    return new Refusal(Status.Code.INVALID_ARGUMENT, "", why, why);
  }

  static Refusal missing(Principal caller, Role role, String method) {
    String has = caller.roles().isEmpty() ? "no role" : Role.spelled(caller.roles());
    String why =
        method + " needs the role " + role.spelled() + "; " + caller.name() + " has " + has;
    return new Refusal(Status.Code.PERMISSION_DENIED, caller.name(), why, why);
  }

  /** The principal's name; empty if the server does not know who it is. */
  public String caller() {
    return caller;
  }

  /** The reason alone, without what to do about it; it holds no secret. */
  public String why() {
    return why;
  }

  /** How a call ends. */
  public Status status() {
    return status;
  }
}
