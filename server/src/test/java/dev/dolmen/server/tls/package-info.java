/** Tests of the files of TLS, with certificates that the JDK's own tool makes. */
@NullMarked
package dev.dolmen.server.tls;

import org.jspecify.annotations.NullMarked;
