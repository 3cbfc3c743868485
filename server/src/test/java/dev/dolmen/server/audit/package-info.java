/** Tests. */
@NullMarked
package dev.dolmen.server.audit;

import org.jspecify.annotations.NullMarked;
