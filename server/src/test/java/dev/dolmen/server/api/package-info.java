/** Tests. */
@NullMarked
package dev.dolmen.server.api;

import org.jspecify.annotations.NullMarked;
