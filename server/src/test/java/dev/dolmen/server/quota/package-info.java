/** Tests. */
@NullMarked
package dev.dolmen.server.quota;

import org.jspecify.annotations.NullMarked;
