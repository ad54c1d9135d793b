/** What each provider's requests and answers look like. */
@NullMarked
package dev.gatun.ai.testkit.dialect;

import org.jspecify.annotations.NullMarked;
