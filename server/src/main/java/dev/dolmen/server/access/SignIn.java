package dev.dolmen.server.access;

import java.net.SocketAddress;
import java.time.InstantSource;

/** How people sign in to the console, besides by a key. Any thread; whoever calls may wait. */
public interface SignIn {
  /** Only by a key; nobody is told of who tries otherwise. */
  static SignIn none() {
    return new SignIn() {
      @Override
      public String offer() {
        return "{\"offered\":false}";
      }

      @Override
      public String exchange(byte[] request, SocketAddress remote) throws Refusal {
        throw Refusal.invalid("server.access.oidc.client_id is not set: sign in by a key");
      }
    };
  }

  /** At the issuer of tokens. */
  static SignIn at(
      JwtOptions jwt, SignInOptions options, Tokens tokens, SignIns told, InstantSource clock) {
    return new IssuerSignIn(jwt, options, tokens, told, new IssuerHttp(clock), clock);
  }

  /**
   * What a page needs to begin, as JSON.
   *
   * @throws Refusal if that cannot be found out now
   */
  String offer() throws Refusal;

  /**
   * Exchanges what the issuer sent the page back with for a token that this server takes.
   *
   * @param request JSON with code, code_verifier, nonce and redirect_uri
   * @param remote the other end of the connection
   * @return JSON with the token
   * @throws Refusal if it is not taken, or the issuer cannot be asked
   */
  String exchange(byte[] request, SocketAddress remote) throws Refusal;
}
