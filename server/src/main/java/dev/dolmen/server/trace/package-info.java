/**
 * Where the time of one call goes, for somebody who follows a request through several systems: what
 * the parts of the server tell, and the seam behind which the spans are made. Knows no library of
 * tracing, and depends on nothing of Dolmen.
 *
 * <p>A trace is told things by any thread of its call, one after another.
 */
@NullMarked
package dev.dolmen.server.trace;

import org.jspecify.annotations.NullMarked;
