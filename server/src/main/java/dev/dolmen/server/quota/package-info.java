/**
 * What each principal may ask of the server: rates and numbers at once, before every service but
 * health. Depends on the configuration and on who calls. Its state may be used by any thread.
 */
@NullMarked
package dev.dolmen.server.quota;

import org.jspecify.annotations.NullMarked;
