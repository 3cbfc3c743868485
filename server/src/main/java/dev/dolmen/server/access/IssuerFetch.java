package dev.dolmen.server.access;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSetCacheRefreshEvaluator;
import com.nimbusds.jose.jwk.source.JWKSetParseException;
import com.nimbusds.jose.jwk.source.JWKSetRetrievalException;
import com.nimbusds.jose.jwk.source.JWKSetSource;
import com.nimbusds.jose.jwk.source.JWKSetUnavailableException;
import com.nimbusds.jose.proc.SecurityContext;
import dev.dolmen.parameterstore.feature.ShownText;
import java.io.IOException;
import java.text.ParseException;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches an issuer's keys, each time it is asked: who caches them is before it. Called by the
 * threads of calls, which may wait, one at a time.
 */
final class IssuerFetch implements JWKSetSource<SecurityContext> {
  private static final Logger LOG = LoggerFactory.getLogger(IssuerFetch.class);
  private final String issuer;
  private final IssuerHttp http;

  /** Where the keys are; empty until the issuer has said so. */
  private volatile String keysUrl;

  private volatile boolean failing;

  IssuerFetch(String issuer, String keysUrl, InstantSource clock) {
    this.issuer = issuer;
    this.keysUrl = keysUrl;
    http = new IssuerHttp(clock);
  }

  @Override
  public JWKSet getJWKSet(
      JWKSetCacheRefreshEvaluator refresh, long currentTime, @Nullable SecurityContext context)
      throws JWKSetUnavailableException {
    try {
      String url = keysUrl.isEmpty() ? IssuerHttp.url(http.discover(issuer), "jwks_uri") : keysUrl;
      JWKSet keys = JWKSet.parse(http.get(url));
      keysUrl = url;
      if (failing) {
        LOG.info("The keys of the issuer {} are fetched again", issuer);
        failing = false;
      }
      return keys;
    } catch (IOException e) {
      say(e.toString());
      throw new JWKSetRetrievalException("not fetched", e);
    } catch (ParseException e) {
      say("what came is no set of keys");
      throw new JWKSetParseException("not parsed", e);
    }
  }

  /** Whether the keys could not be fetched when that was tried last. */
  boolean isFailing() {
    return failing;
  }

  private void say(String why) {
    if (!failing) {
      LOG.warn(
          "The keys of the issuer {} cannot be fetched; those that are known are used on for"
              + " server.access.jwt.keep: {}",
          issuer,
          ShownText.within(why, 500));
      failing = true;
    }
  }

  @Override
  public void close() {}
}
