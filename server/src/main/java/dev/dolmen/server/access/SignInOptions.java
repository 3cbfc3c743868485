package dev.dolmen.server.access;

/**
 * How people sign in to the console at the issuer of tokens (OpenID Connect, authorization code
 * with PKCE).
 *
 * @param clientId what the issuer knows the console by, a public client; empty for no such sign-in
 * @param scopes that are asked for, with blanks between
 * @param token which of the issuer's tokens the console shows to this server
 */
public record SignInOptions(String clientId, String scopes, Token token) {
  /** What a page has as its key. */
  public enum Token {
    /** Made for this server: its audience is {@code server.access.jwt.audience}. */
    ACCESS_TOKEN,
    /** Made for the console: its audience is the client's id. */
    ID_TOKEN
  }

  /** Nobody signs in at an issuer. */
  public static final SignInOptions NONE = new SignInOptions("", "openid", Token.ACCESS_TOKEN);

  /** Whether anybody does. */
  public boolean enabled() {
    return !clientId.isEmpty();
  }
}
