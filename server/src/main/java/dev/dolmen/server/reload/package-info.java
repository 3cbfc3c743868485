/**
 * Files that are read again when they change, under a server that goes on with what they held
 * before. Depends on nothing of Dolmen.
 */
@NullMarked
package dev.dolmen.server.reload;

import org.jspecify.annotations.NullMarked;
